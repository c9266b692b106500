package io.lota4j.experiment;

import io.lota4j.LotaException;
import io.lota4j.internal.checkpoint.JsonKeys;
import io.lota4j.internal.checkpoint.StrictJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// When an experiment was begun.
final class Started {
    private Started() {}

    /// The time that an earlier sitting has written down, or now.
    static String of(Path out) {
        Path file = out.resolve("run.json");
        if (!Files.exists(file)) {
            return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        }
        try {
            return new JsonKeys(file, "", StrictJson.object(Files.readAllBytes(file), file.toString())).text("started");
        } catch (IOException e) {
            throw new LotaException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }
}
