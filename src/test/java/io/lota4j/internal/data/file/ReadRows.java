package io.lota4j.internal.data.file;

import io.lota4j.data.Dataset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// All rows of a file in memory.
public final class ReadRows {
    private ReadRows() {}

    public static List<Row> of(Path file) {
        return of(file, Dataset.ALL);
    }

    static List<Row> of(Path file, int limit) {
        return of(RowFile.of(file), limit);
    }

    static List<Row> of(RowFile file, int limit) {
        List<Row> rows = new ArrayList<>();
        file.each(limit, rows::add);
        return rows;
    }
}
