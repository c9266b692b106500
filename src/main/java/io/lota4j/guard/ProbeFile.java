package io.lota4j.guard;

import io.lota4j.LotaException;
import io.lota4j.internal.guard.ProbeRows;
import io.lota4j.internal.guard.ProbeRows.Format;
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
        return read(file, Format.ROWS);
    }

    /// Reads a user's own SORRY-Bench file (arXiv 2406.14598): `question_id`, `category`, the first of
    /// `turns` and `prompt_style`. All rows expect to be declined; one in another style than `base` has
    /// it behind its id. Its licence does not allow to pass the rows on.
    ///
    /// @throws LotaException as [#read(Path)] does
    public static List<ProbeRow> readSorry(Path file) {
        return read(file, Format.SORRY);
    }

    private static List<ProbeRow> read(Path file, Format format) {
        return ProbeRows.read(file, format, bad -> {
                    throw bad;
                })
                .stream()
                .map(ProbeRows.Placed::row)
                .toList();
    }
}
