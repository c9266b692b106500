package io.lota4j.demo;

import io.lota4j.internal.checkpoint.AtomicFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;

/// The demo's experiment: its tasks one after the other, full fine-tuning beside LoTA and masks by gradient, each also
/// shrunk, two seeds.
public final class DemoSequence {
    private static final String RECIPE = "sequence.yaml";
    private static final String DIRECTORY = "DIR";

    private DemoSequence() {}

    /// Puts the tasks, rows of the base's skills and the recipe beside the base that the demo has written.
    ///
    /// @return the recipe, which `lota run` takes
    public static Path write(Path directory) {
        DemoData data = new DemoData(DemoData.DEFAULT_SEED);
        for (DemoTask task : DemoTask.values()) {
            DemoFiles.writeTask(directory, data, task);
        }
        DemoFiles.writeBaseTest(directory, data);
        Path recipe = directory.resolve(RECIPE);
        AtomicFile.write(recipe, text().replace(DIRECTORY, directory.toString()));
        return recipe;
    }

    private static String text() {
        try (InputStream in = Objects.requireNonNull(DemoSequence.class.getResourceAsStream(RECIPE))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
