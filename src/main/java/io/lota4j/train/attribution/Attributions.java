package io.lota4j.train.attribution;

import io.lota4j.LotaException;
import io.lota4j.internal.Suggestions;
import io.lota4j.internal.Text;
import java.util.List;

/// The attributions there are.
public final class Attributions {
    private static final List<Attribution> ALL = List.of(
            new Delta(), new LossChange(), new Magnitude(), new Random(), new Snip(), new Wanda(), new Fisher());

    private Attributions() {}

    /// All of them.
    public static List<Attribution> all() {
        return ALL;
    }

    /// The names of all of them.
    public static List<String> names() {
        return ALL.stream().map(Attribution::name).toList();
    }

    /// The one with a name.
    ///
    /// @throws LotaException if there is none
    public static Attribution of(String name) {
        return ALL.stream()
                .filter(attribution -> attribution.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new LotaException(Text.format(
                        "No attribution is called '%s'%s; there are %s.",
                        name,
                        Suggestions.nearest(name, names())
                                .map(near -> Text.format(" (did you mean '%s'?)", near))
                                .orElse(""),
                        String.join(", ", names()))));
    }
}
