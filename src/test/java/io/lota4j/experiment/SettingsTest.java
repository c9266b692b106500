package io.lota4j.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.internal.experiment.Experiment;
import io.lota4j.internal.experiment.GridRun;
import io.lota4j.internal.experiment.recipe.ExperimentReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
    private static final String SHARED =
            "steps=40 (sql 60), batch=16, optimizer=adamw, schedule=cosine, warm-up=5, clip=global 0.5}";

    @TempDir
    private Path directory;

    @Test
    void aMethodHasItsOwnSettingsAndThoseOfAll() throws IOException {
        Experiment experiment = ExperimentReader.parse(Files.writeString(directory.resolve("e.yaml"), """
            base: base
            out: out
            tasks:
              sql: {train: a, test: a, steps: 60}
              arc: {train: a, test: a}
            training: {steps: 40, batch: 8, accumulate: 2, schedule: cosine, warmup-steps: 5, max-norm: 0.5}
            methods:
              - {method: full, lr: 1}
              - {method: freeze, layers: layers.0., lr: 1}
              - {method: lora, rank: 4, lr: 1}
              - {method: lotto, sparsity: 0.9, lr: 1, calibration-steps: 10, calibration-lr: 5e-5}
              - method: lota
                sparsity: 0.9
                lr: 1
                calibration-steps: 3
                calibration-lr: 0.1
                calibration-score: loss-change
                calibration-optimizer: sgd
              - {method: snip, sparsity: 0.9, lr: 1, scope: tensor}
              - {method: random, sparsity: 0.9, lr: 1}
            """));
        assertThat(experiment.variants().stream()
                        .map(variant -> Settings.of(experiment, new GridRun(variant, List.of(), 0))
                                .toString()))
                .containsExactlyElementsOf(List.of(
                        "{pool=mlp,attn without embed,lm_head,norm, " + SHARED,
                        "{pool=mlp,attn without embed,lm_head,norm,layers.0., " + SHARED,
                        "{pool=mlp,attn without embed,lm_head,norm, rank=4, alpha=8, " + SHARED,
                        "{pool=mlp,attn without embed,lm_head,norm, choice=delta, scope=global, disjoint=yes, "
                                + "calibration steps=10, calibration rate=5e-5, " + SHARED,
                        "{pool=mlp,attn without embed,lm_head,norm, choice=loss-change, scope=global, disjoint=no, "
                                + "calibration steps=3, calibration rate=0.1, calibration optimizer=sgd, " + SHARED,
                        "{pool=mlp,attn without embed,lm_head,norm, choice=snip, scope=tensor, disjoint=no, rows=64, "
                                + SHARED,
                        "{pool=mlp,attn without embed,lm_head,norm, choice=random, scope=global, disjoint=no, "
                                + SHARED));
    }
}
