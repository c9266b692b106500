package io.lota4j.checkpoint;

import io.lota4j.LotaException;
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
        if (!reason.contains("No space left") && !reason.contains("quota exceeded")) {
            return new LotaException(
                    "%s cannot be written: %s: %s"
                            .formatted(target, e.getClass().getSimpleName(), reason),
                    e);
        }
        String need = needed.isPresent() ? "%d bytes are needed, ".formatted(needed.getAsLong()) : "";
        return new LotaException(
                "%s cannot be written: the disk is full; %s%s. %s".formatted(target, need, free(target), left), e);
    }

    private static String free(Path target) {
        try {
            Path parent = target.toAbsolutePath().getParent();
            return "%d bytes are free"
                    .formatted(
                            Files.getFileStore(parent == null ? target : parent).getUsableSpace());
        } catch (IOException e) {
            return "how many are free is unknown (%s)".formatted(e.getMessage());
        }
    }
}
