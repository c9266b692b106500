package io.lota4j.data;

import io.lota4j.data.file.DataPart;
import io.lota4j.data.file.Share;
import java.nio.file.Path;
import java.util.List;

/// Where some of a data set's examples come from.
///
/// @param part the path that was given, with its weight
/// @param examples how many there are of it
/// @param files that were read, at least one
public record DataSource(DataPart part, int examples, List<DataFile> files) {
    /// Copies the list.
    public DataSource {
        files = List.copyOf(files);
    }

    /// A file that was read.
    ///
    /// @param path as its user names it
    /// @param kind what it is, such as `JSONL, gzip`
    /// @param sha256 SHA-256 of the whole file, 64 hex digits
    /// @param first index of its first row among those of the data set
    /// @param rows that were read, those that were left out included
    public record DataFile(Path path, String kind, String sha256, int first, int rows) {}

    Share share() {
        return new Share(examples, part.weight());
    }
}
