package io.lota4j.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.internal.experiment.Experiment;
import io.lota4j.kernel.choice.KernelChoice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FootprintTest {
    @TempDir
    private Path directory = Path.of("");

    /// Sequences, of which each ticket holds all stages so far, tasks alone, and their merges.
    @Test
    void whatAGridWillTakeIsWhatItTakes() throws IOException {
        Experiment experiment = Grids.write(directory, "out", """
            training: {steps: 2, batch: 4}
            orders: [[flip, plus], [flip], [plus]]
            methods:
              - {method: full, lr: 1e-2}
              - {method: lora, rank: 2, lr: 1e-2}
              - {method: lota, sparsity: [0.9, 0.99], lr: 1e-2, calibration-steps: 1, calibration-lr: 1e-2}
              - {method: lotto, sparsity: 0.9, lr: 1e-2, calibration-steps: 1, calibration-lr: 1e-2}
            merge:
              - {method: add}
            """);
        long expected = left(experiment);
        Grids.run(experiment, new ArrayList<>());
        assertThat((double) taken()).isBetween(0.85 * expected, 1.05 * expected);
        assertThat(left(experiment)).isZero();
    }

    private static long left(Experiment experiment) {
        try (ExperimentRun run = new ExperimentRun(experiment, KernelChoice.JAVA, Stages.NONE, () -> false)) {
            return run.bytesLeft();
        }
    }

    private long taken() throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(directory.resolve("out"))) {
            files = all.filter(file -> file.endsWith("ticket.safetensors")
                            || file.toString().endsWith(".mask.safetensors"))
                    .toList();
        }
        return files.stream().mapToLong(file -> file.toFile().length()).sum();
    }
}
