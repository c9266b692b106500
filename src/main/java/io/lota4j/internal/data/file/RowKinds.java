package io.lota4j.internal.data.file;

import io.lota4j.LotaException;
import io.lota4j.internal.Suggestions;
import java.util.List;
import java.util.Optional;

/// All kinds of files that hold rows.
public final class RowKinds {
    /// Whoever comes first is asked first: what the content shows goes before what a name says.
    private static final List<RowKind> ALL = List.of(
            new Parquet(),
            new JsonArray(),
            new SeparatedValues("csv", "CSV", ','),
            new SeparatedValues("tsv", "TSV", '\t'),
            new JsonLines());

    private RowKinds() {}

    /// The names of all kinds.
    public static List<String> names() {
        return ALL.stream().map(RowKind::name).sorted().toList();
    }

    /// The kind of a name.
    ///
    /// @throws LotaException if there is none
    public static RowKind named(String name) {
        return ALL.stream()
                .filter(kind -> kind.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new LotaException("There is no format of data files '" + name + "'"
                        + Suggestions.nearest(name, names())
                                .map(near -> " (did you mean '" + near + "'?)")
                                .orElse("")
                        + ". Expected one of " + String.join(", ", names()) + "."));
    }

    /// The kind that a file's content, or else its name, shows.
    static Optional<RowKind> of(String start, String name) {
        return ALL.stream().filter(kind -> kind.holds(start, name)).findFirst();
    }
}
