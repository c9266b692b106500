package io.lota4j.data.file;

import io.lota4j.LotaException;
import io.lota4j.internal.data.file.Folder;
import io.lota4j.internal.data.file.RowFile;
import io.lota4j.internal.data.file.RowKinds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What the rows of a data set are read from, and how.
///
/// @param parts in the order of their rows, at least one
/// @param format name of the kind that all files are of, or null to find each file's out
/// @param split which part of a folder's data set is taken, or null for `train`
/// @param skipsBadRows whether rows that cannot be used are left out, and listed; if not, the first ends the reading
public record DataFiles(
        List<DataPart> parts,
        @Nullable String format,
        @Nullable String split,
        boolean skipsBadRows) {
    /// What is taken of a folder where nobody says.
    public static final String TRAIN = "train";

    /// @throws LotaException if there is no part, no such format, or a split of what has none
    public DataFiles {
        parts = List.copyOf(parts);
        if (parts.isEmpty()) {
            throw new LotaException("There must be at least one file or folder of data.");
        }
        if (format != null) {
            RowKinds.named(format);
        }
    }

    /// One file or folder.
    public static DataFiles of(Path path) {
        return new DataFiles(List.of(DataPart.of(path)), null, null, false);
    }

    /// Another file or folder beside these.
    ///
    /// @param weight how often an epoch takes each of its rows
    /// @throws LotaException if the weight is out of its range
    public DataFiles and(Path path, double weight) {
        return new DataFiles(
                Stream.concat(parts.stream(), Stream.of(new DataPart(path, weight)))
                        .toList(),
                format,
                split,
                skipsBadRows);
    }

    /// All files taken for one kind: `jsonl`, `json`, `csv`, `tsv` or `parquet`.
    ///
    /// @throws LotaException if there is no such kind
    public DataFiles format(String kind) {
        return new DataFiles(parts, kind, split, skipsBadRows);
    }

    /// Another split of folders than `train`.
    public DataFiles split(String name) {
        return new DataFiles(parts, format, name, skipsBadRows);
    }

    /// Rows that cannot be used are left out and listed, instead of ending the reading.
    public DataFiles skippingBadRows() {
        return new DataFiles(parts, format, split, true);
    }

    /// The files of one of the parts, in the order of their rows.
    ///
    /// @throws LotaException if it is a folder that does not have them
    public List<Path> files(DataPart part) {
        if (Files.isDirectory(part.path())) {
            return Folder.files(part.path(), split == null ? TRAIN : split);
        }
        if (split != null && parts.stream().noneMatch(other -> Files.isDirectory(other.path()))) {
            throw new LotaException("The split '" + split + "' is one of a folder's, and " + part.path()
                    + " is no folder; leave the split out or name the folder.");
        }
        return List.of(part.path());
    }

    /// Counts the first rows of every part, without looking at them more closely than that they can be read.
    ///
    /// @param limit the most rows of each part
    /// @return rows in all, each as often as an epoch takes it
    public int count(int limit) {
        int all = 0;
        for (DataPart part : parts) {
            int[] rows = new int[1];
            for (Path path : files(part)) {
                if (rows[0] < limit) {
                    try (RowFile file = RowFile.of(path, format)) {
                        file.each(limit - rows[0], row -> rows[0]++, skipsBadRows ? bad -> {} : null);
                    }
                }
            }
            all = Math.addExact(all, new Share(rows[0], part.weight()).inEpoch());
        }
        return all;
    }
}
