package io.lota4j.internal.merge;

import java.nio.file.Path;
import java.util.Optional;

/// Where one model of a merge is.
///
/// @param label as the recipe or the command line writes it, for messages
/// @param path a model directory, a ticket or an adapter's folder; it exists
/// @param adapter what is put on the model at the path: a ticket or an adapter's folder; it exists
public record ModelReference(String label, Path path, Optional<Path> adapter) {
    /// Whether both mean the same files, however they are written.
    public boolean isSame(ModelReference other) {
        return absolute(path).equals(absolute(other.path))
                && adapter.map(ModelReference::absolute).equals(other.adapter.map(ModelReference::absolute));
    }

    private static Path absolute(Path path) {
        return path.toAbsolutePath().normalize();
    }
}
