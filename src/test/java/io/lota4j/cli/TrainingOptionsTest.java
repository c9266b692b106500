package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.train.Optimizer;
import io.lota4j.train.TrainConfig;
import java.util.List;
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
        assertThat(TrainConfig.steps(1, 3, 8, 1)).isEqualTo(1);
        assertThat(TrainConfig.steps(2, 10, 4, 1)).isEqualTo(6);
        assertThat(TrainConfig.steps(3, 8, 4, 1)).isEqualTo(6);
    }

    @Test
    void everythingThatIsWrongIsToldAtOnce() {
        assertThatThrownBy(() -> config(
                        "--steps=2",
                        "--epochs=1",
                        "--lr=NaN",
                        "--beta1=1",
                        "--epsilon=-1",
                        "--weight-decay=-1",
                        "--momentum=2",
                        "--max-norm=0",
                        "--batch=0"))
                .isInstanceOf(LotaException.class)
                .hasMessage("""
                    --momentum cannot be used with --optimizer adamw; it is for sgd.
                    Give one of --steps and --epochs, over 0; found --steps 2 and --epochs 1.
                    The beta1 of AdamW must be at least 0 and under 1, found 1.0.
                    The epsilon must be over 0 and finite, also as a 32-bit number (1.4E-45 to 3.4E38), found -1.0.
                    The weight decay must be at least 0, found -1.0.
                    The batch size must be at least 1, found 0.
                    The learning rate must be over 0, found NaN.
                    The clip's bound must be over 0, found 0.0.\
                    """);
    }

    @Test
    void optionsThatNobodyReadsAreRefused() {
        for (String option : List.of("--rmsprop-alpha=0.9", "--momentum=0.9", "--clip=none --max-norm=1")) {
            assertThatThrownBy(() -> config(("--steps=1 --lr=1 " + option).split(" ", -1)))
                    .isInstanceOf(LotaException.class)
                    .hasMessageContaining("cannot be used with");
        }
        assertThatThrownBy(() -> config("--steps=1", "--lr=1", "--optimizer=sgd", "--epsilon=1", "--beta2=0.9"))
                .isInstanceOf(LotaException.class)
                .hasMessage("--beta2 cannot be used with --optimizer sgd; it is for adamw.\n"
                        + "--epsilon cannot be used with --optimizer sgd; it is for adamw and rmsprop.");
        assertThat(config("--steps=1", "--lr=1", "--optimizer=sgd", "--momentum=0.5")
                        .optimizer())
                .isEqualTo(new Optimizer.Sgd(0.5, 0));
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
