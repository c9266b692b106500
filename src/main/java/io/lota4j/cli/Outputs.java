package io.lota4j.cli;

import io.lota4j.LotaException;
import io.lota4j.Text;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Looks at where results are to go before any work is done.
final class Outputs {
    private Outputs() {}

    /// @param file to be written, or null for none
    /// @throws LotaException if its folder does not exist or cannot be written, or the path is a folder
    static void check(@Nullable Path file) {
        if (file == null) {
            return;
        }
        Path folder = file.toAbsolutePath().getParent();
        if (Files.isDirectory(file)) {
            throw new LotaException(file + ": is a folder; expected the name of a file to write.");
        }
        if (folder == null || !Files.isDirectory(folder)) {
            throw new LotaException(file + ": cannot be written: there is no folder " + folder + ".");
        }
        if (!Files.isWritable(folder)) {
            throw new LotaException(file + ": cannot be written: no permission to write in " + folder + ".");
        }
    }

    /// @param folder to write files in, made when missing, or null for none
    /// @throws LotaException if it, or the folder to make it in, is a file or cannot be written
    static void checkFolder(@Nullable Path folder) {
        if (folder == null) {
            return;
        }
        Path there = folder.toAbsolutePath().normalize();
        while (!Files.exists(there) && there.getParent() != null) {
            there = there.getParent();
        }
        if (!Files.isDirectory(there)) {
            throw new LotaException(Text.format("%s: cannot be written: %s is a file, not a folder.", folder, there));
        }
        if (!Files.isWritable(there)) {
            throw new LotaException(Text.format("%s: cannot be written: no permission to write in %s.", folder, there));
        }
    }
}
