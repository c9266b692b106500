package io.lota4j.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.internal.experiment.Method;
import io.lota4j.train.Optimizer;
import io.lota4j.train.TrainConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What experiments finished before settings had a text of their own is found.
class EarlierTextsTest {
    @Test
    void textsAreThoseOfThen() {
        assertThat(EarlierTexts.of(TrainConfig.of(24, 3e-4).warmupSteps(3).build()))
                .isEqualTo("TrainConfig[steps=24, optimizer=AdamW[beta1=0.9, beta2=0.999, epsilon=1.0E-8, decay=0.0],"
                        + " lr=3.0E-4, schedule=CONSTANT, warmupSteps=3, batchSize=8, accumulation=1, clip=GLOBAL,"
                        + " maxNorm=1.0, reduction=TOKEN_MEAN, seed=0, shuffle=true]");
        assertThat(EarlierTexts.of(TrainConfig.of(1, 1)
                        .optimizer(Optimizer.RmsProp.DEFAULT)
                        .build()))
                .contains("optimizer=RmsProp[alpha=0.99, epsilon=1.0E-8, decay=0.0]");
        assertThat(EarlierTexts.of(
                        TrainConfig.of(1, 1).optimizer(Optimizer.Sgd.DEFAULT).build()))
                .contains("optimizer=Sgd[momentum=0.9, decay=0.0]");
        assertThat(EarlierTexts.of(new Method.Lora(8, 16))).isEqualTo("Lora[rank=8, alpha=16.0]");
    }

    @Test
    void digestsAreThoseOfThen() {
        InputDigest inputs = InputDigest.of("train").with("settings", "lr=1", "TrainConfig[lr=1.0]");
        // Of `work=train\nsettings=TrainConfig[lr=1.0]\n`, by sha256sum.
        assertThat(inputs.digest().earlier()).isEqualTo("9270f6fe201f");
        assertThat(inputs.digest().now()).isEqualTo("5d5d885b1408");
        assertThat(InputDigest.of("score")
                        .with("model", inputs.digest())
                        .digest()
                        .earlier())
                .isNotEqualTo(InputDigest.of("score")
                        .with("model", inputs.digest())
                        .digest()
                        .now());
    }

    @Test
    void finishedWorkIsFoundUnderItsEarlierName(@TempDir Path parent) throws IOException {
        InputDigest inputs = InputDigest.of("train").with("settings", "now", "then");
        Path earlier = parent.resolve("full-" + inputs.digest().earlier());
        Path now = parent.resolve("full-" + inputs.digest().now());
        Files.createDirectories(earlier);
        assertThat(Folder.of(parent, "full", inputs).directory())
                .as("begun then")
                .isEqualTo(now);
        new Folder(earlier).finish(List.of());
        assertThat(Folder.of(parent, "full", inputs).directory())
                .as("finished then")
                .isEqualTo(earlier);
        new Folder(now).finish(List.of());
        assertThat(Folder.of(parent, "full", inputs).directory())
                .as("finished since")
                .isEqualTo(now);
    }
}
