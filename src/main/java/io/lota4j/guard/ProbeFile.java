package io.lota4j.guard;

import io.lota4j.LotaException;
import io.lota4j.internal.guard.ProbeRows;
import java.nio.file.Path;
import java.util.List;

/// Rows of a probe as JSON lines: `prompt` and `expect`, and optionally `id`, `category`,
/// `decline`, `answer` and `human`.
public final class ProbeFile {
    private ProbeFile() {}

    /// Reads all rows. One without an id has its number, from 0; other columns are kept.
    ///
    /// @throws LotaException if a row is bad, with its line, if two have one id, or if there is
    ///     none
    public static List<ProbeRow> read(Path file) {
        return ProbeRows.read(file, bad -> {
                    throw bad;
                })
                .stream()
                .map(ProbeRows.Placed::row)
                .toList();
    }
}
