package io.lota4j.internal.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What a change of a file changes, as far as the system tells without reading it.
///
/// @param bytes its size; -1 when it is not there
/// @param written when it was last written
/// @param key which file of the file system it is, or null where that is not told
record FileStamp(
        long bytes, @Nullable FileTime written, @Nullable Object key) {
    /// Of a file as it is now.
    static FileStamp of(Path file) throws IOException {
        if (!Files.exists(file)) {
            return new FileStamp(-1, null, null);
        }
        BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
        return new FileStamp(now.size(), now.lastModifiedTime(), now.fileKey());
    }

    /// Whether a map of the file, made at this stamp, may have lost bytes: touching them would be a fault.
    boolean lostBytes(FileStamp now) {
        return Objects.equals(key, now.key) && now.bytes < bytes;
    }
}
