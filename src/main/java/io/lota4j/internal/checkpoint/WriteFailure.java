package io.lota4j.internal.checkpoint;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/// What is said when a file cannot be written.
public final class WriteFailure {
    private WriteFailure() {}

    /// @param target what was to be written; its directory exists
    /// @param needed bytes that it takes, if known
    /// @param left what a full disk leaves behind, a sentence
    public static LotaException of(Path target, OptionalLong needed, String left, IOException e) {
        String reason = String.valueOf(e.getMessage());
        boolean full = reason.contains("No space left") || reason.contains("quota exceeded");
        // What lies beneath a device's name is not what it writes to.
        if (!full || RealPath.isStream(RealPath.of(target))) {
            return new LotaException(
                    Text.format(
                            "%s cannot be written: %s: %s", target, e.getClass().getSimpleName(), reason),
                    e);
        }
        String need = needed.isPresent() ? Text.format("%d bytes are needed, ", needed.getAsLong()) : "";
        return new LotaException(
                Text.format("%s cannot be written: the disk is full; %s%s. %s", target, need, free(target), left), e);
    }

    private static String free(Path target) {
        try {
            Path parent = target.toAbsolutePath().getParent();
            return Text.format(
                    "%d bytes are free",
                    Files.getFileStore(parent == null ? target : parent).getUsableSpace());
        } catch (IOException e) {
            return Text.format("how many are free is unknown (%s)", e.getMessage());
        }
    }
}
