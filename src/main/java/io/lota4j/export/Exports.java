package io.lota4j.export;

import io.lota4j.LotaException;
import io.lota4j.internal.Suggestions;
import io.lota4j.internal.Text;
import java.util.List;

/// The exports that there are, a line each.
public final class Exports {
    private static final List<Export> ALL =
            List.of(new HfExport(), new PeftExport(), new PatchExport(), new GgufExport());

    private Exports() {}

    /// All, in the order that help lists them.
    public static List<Export> all() {
        return ALL;
    }

    /// The export of a name.
    ///
    /// @throws LotaException when there is none
    public static Export of(String name) {
        List<String> names = ALL.stream().map(Export::name).toList();
        return ALL.stream()
                .filter(export -> export.name().equals(name))
                .findFirst()
                .orElseThrow(() -> {
                    String hint = Suggestions.hint(name, names);
                    return new LotaException(Text.format(
                            "There is no export '%s'; there are %s.%s", name, String.join(", ", names), hint));
                });
    }
}
