package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.train.TrainConfig;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class TrainingOptionsTest {
    @Test
    void theLibraryHasTheCommandLinesDefaults() {
        assertThat(config("--steps", "7", "--lr", "0.5"))
                .isEqualTo(TrainConfig.of(7, 0.5).build());
    }

    @Test
    void epochsAreWholePassesInSteps() {
        assertThat(config("--epochs", "2", "--lr", "1", "--batch", "3", "--accumulate", "2")
                        .steps())
                .isEqualTo(4)
                .isEqualTo(TrainConfig.steps(2, 10, 3, 2));
        assertThat(TrainConfig.steps(1, 1, 8, 1)).isEqualTo(1);
    }

    private static TrainConfig config(String... args) {
        TrainingOptions options = new TrainingOptions();
        new CommandLine(CommandLine.Model.CommandSpec.create()
                        .addMixin("training", CommandLine.Model.CommandSpec.forAnnotatedObject(options)))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .parseArgs(args);
        return options.config(10);
    }
}
