package io.lota4j.internal;

import io.lota4j.LotaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Links, which the caches of models are made of.
public final class Links {
    private Links() {}

    /// Whether a file is a link to something that is not there.
    public static boolean dangles(Path file) {
        return Files.isSymbolicLink(file) && !Files.exists(file);
    }

    /// Refuses a link to something that is not there, which would look as if there were no file.
    ///
    /// @throws LotaException with the link and what it leads to
    public static void requireTarget(Path file) {
        if (dangles(file)) {
            throw new LotaException(Text.format(
                    "%s is a link to %s, which is not there. Download or copy the file again.", file, target(file)));
        }
    }

    /// What a link says, which need not be there.
    ///
    /// @throws LotaException if it cannot be read
    static Path target(Path link) {
        try {
            return Files.readSymbolicLink(link);
        } catch (IOException e) {
            throw new LotaException(Text.format("%s: cannot be read: %s", link, e.getMessage()), e);
        }
    }
}
