package io.lota4j.internal.export;

import io.lota4j.export.Exported;
import java.nio.file.Path;
import java.util.List;

/// An export that was looked at and can be written.
///
/// @param bytes that it takes on the disk, about
/// @param lines what it will write, for dry runs
/// @param writer writes it
public record ExportWork(long bytes, List<String> lines, Writer writer) {
    public ExportWork {
        lines = List.copyOf(lines);
    }

    /// Writes the files of an export.
    @FunctionalInterface
    public interface Writer {
        /// @param out a directory that does not exist or is empty
        Exported write(Path out);
    }

    /// Writes it.
    ///
    /// @param out a directory that does not exist or is empty
    /// @throws io.lota4j.LotaException when it cannot be written
    public Exported write(Path out) {
        return writer.write(out);
    }
}
