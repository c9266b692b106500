package io.lota4j.internal.checkpoint;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// Moves folders of finished files within one file system, by renames alone.
public final class FolderMoves {
    private FolderMoves() {}

    /// Copies the files of a folder, not of folders in it.
    ///
    /// @param to made when missing
    public static void copyFiles(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            Files.createDirectories(to);
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    /// Moves a folder to where it belongs: by one rename, or, where one is already, entry by entry over what is there.
    ///
    /// @param from is gone then
    /// @param to its parent is made when missing
    /// @param last what says of the folder that it is whole
    public static void replace(Path from, Path to, Predicate<Path> last) throws IOException {
        Files.createDirectories(RealPath.parent(to));
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException refused) {
            if (!Files.isDirectory(to)) {
                throw refused;
            }
            for (Path entry : entries(from, last)) {
                Path target = to.resolve(entry.getFileName());
                if (Files.isDirectory(entry)) {
                    AtomicFile.deleteTree(target);
                }
                Files.move(entry, target, StandardCopyOption.ATOMIC_MOVE);
            }
            Files.delete(from);
        }
    }

    private static List<Path> entries(Path folder, Predicate<Path> last) throws IOException {
        try (Stream<Path> found = Files.list(folder)) {
            List<Path> entries = new ArrayList<>(found.toList());
            entries.sort(Comparator.comparing(last::test));
            return entries;
        }
    }
}
