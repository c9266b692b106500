package io.lota4j.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.experiment.Experiment;
import io.lota4j.internal.experiment.Variant;
import io.lota4j.internal.experiment.recipe.ExperimentReader;
import io.lota4j.kernel.choice.KernelChoice;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskFile;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Experiments whose methods and tasks minimise different things.
class ObjectiveGridTest {
    @TempDir
    private Path directory;

    private static final String METHODS = """
        training: {steps: 3, batch: 4, warmup-steps: 1}
        orders: [[flip]]
        methods:
          - {method: random, sparsity: 0.9, lr: 1e-3}
          - {method: random, sparsity: 0.9, lr: 1e-3, objective: constrained}
          - {method: lora, rank: 2, lr: 1e-3, objective: {name: constrained, beta-rest: 0.5}}
        """;

    @Test
    void methodsOfOneExperimentMinimiseDifferentThings() throws IOException {
        Experiment experiment = Grids.write(directory, "methods", METHODS);
        assertThat(experiment.variants())
                .extracting(Variant::label)
                .containsExactly("random 90%", "random constrained 90%", "lora constrained r2");
        List<String> begun = new ArrayList<>();
        List<Metric> metrics = Grids.run(experiment, begun);
        assertThat(begun.stream().filter("train flip"::equals)).hasSize(3);
        assertThat(Grids.of(metrics, Figure.TRAIN_LOSS)).hasSize(3 * 3);
        assertThat(Files.readString(directory.resolve("methods/run.json")))
                .contains("constrained beta-first 0.5 beta-prefix 2 prefix-length 5 beta-rest 0.5 weight-floor 0.001");
        begun.clear();
        assertThat(Grids.run(Grids.write(directory, "methods", METHODS), begun)).isEqualTo(metrics);
        assertThat(begun).isEmpty();
    }

    /// Of the same brief fine-tune the one takes what moved most and the other what lowered the loss most.
    @Test
    void aCalibrationsScoreChoosesTheMask() throws IOException {
        String methods = """
            training: {steps: 2, batch: 4}
            orders: [[flip]]
            methods:
              - {method: lota, sparsity: 0.9, lr: 1e-3, calibration-steps: 2, calibration-lr: 1e-3}
              - method: lota
                name: by loss
                sparsity: 0.9
                lr: 1e-3
                calibration-steps: 2
                calibration-lr: 1e-3
                calibration-score: loss-change
            """;
        List<Metric> metrics = Grids.run(Grids.write(directory, "scores", methods), new ArrayList<>());
        List<Mask> masks;
        try (Stream<Path> files = Files.walk(directory.resolve("scores/masks"))) {
            masks = files.filter(file -> file.endsWith("0.9.mask.safetensors"))
                    .map(MaskFile::read)
                    .toList();
        }
        assertThat(masks).hasSize(2);
        assertThat(masks.get(0).trainable()).isEqualTo(masks.get(1).trainable());
        assertThat(masks.get(0).sha256()).isNotEqualTo(masks.get(1).sha256());
        assertThat(Grids.of(metrics, Figure.TRAIN_LOSS)).hasSize(2 * 2);
        assertThat(Grids.of(metrics, Figure.GRADIENT_SHARE).stream()
                        .filter(metric -> metric.where().part() == null)
                        .map(Metric::value)
                        .distinct())
                .hasSize(2);
    }

    /// What is minimised is a part of what tells work apart, also from that of earlier versions.
    @Test
    void anObjectiveIsOtherWork() throws IOException {
        Experiment experiment = Grids.write(directory, "identity", METHODS);
        try (GridContext bench =
                new GridContext(experiment, Places.of(experiment.out()), KernelChoice.JAVA, Stages.NONE, () -> false)) {
            List<InputDigest> stages = Grid.runs(experiment).stream()
                    .map(run -> new WorkInputs(bench).stage(run, 0))
                    .toList();
            assertThat(stages.get(0).values().get("settings")).doesNotContain("objective");
            assertThat(stages.get(1).values().get("settings")).contains("objective=constrained");
            assertThat(stages.get(0).digest().earlier())
                    .isNotEqualTo(stages.get(1).digest().earlier());
        }
    }

    @Test
    void aTaskOfPairsIsLearnedByPreference() throws IOException {
        StringBuilder rows = new StringBuilder();
        for (int row = 0; row < 12; row++) {
            rows.append(Text.format("{\"prompt\": \"flip %d\", \"chosen\": \"%d\", \"rejected\": \"x\"}\n", row, row));
        }
        Files.writeString(directory.resolve("pairs.jsonl"), rows);
        String recipe = """
            base: %1$s/base
            out: %1$s/pairs
            tasks:
              better: {train: %1$s/pairs.jsonl, test: %1$s/pairs.jsonl, test-rows: 2%2$s}
            training: {steps: 3, batch: 4%3$s}
            methods:
              - {method: lota, sparsity: 0.9, lr: 1e-3, calibration-steps: 2, calibration-lr: 3e-4}
              - {method: lora, rank: 2, lr: 1e-3}
            """;
        Grids.write(directory, "any", METHODS);
        for (String[] where : new String[][] {{", objective: dpo", ""}, {"", ", objective: {name: ipo, beta: 0.2}"}}) {
            Experiment experiment = ExperimentReader.read(Files.writeString(
                    directory.resolve("pairs.yaml"), Text.format(recipe, directory, where[0], where[1])));
            if (where[1].isEmpty()) {
                requireReferenceCounted(experiment);
            }
            List<Metric> metrics = Grids.run(experiment, new ArrayList<>());
            assertThat(Grids.of(metrics, Figure.TRAIN_LOSS)).hasSize(2 * 3);
        }
        Experiment plain = ExperimentReader.read(
                Files.writeString(directory.resolve("pairs.yaml"), Text.format(recipe, directory, "", "")));
        assertThatThrownBy(() -> Grids.run(plain, new ArrayList<>()))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("is a pair of a chosen and a rejected one");
        Experiment graded = ExperimentReader.read(Files.writeString(
                directory.resolve("pairs.yaml"),
                Text.format(recipe, directory, ", objective: dpo", "")
                        .replaceFirst("\\{method: lota.*\\}", "{method: snip, sparsity: 0.9, lr: 1e-3}")));
        assertThatThrownBy(() -> Grids.run(graded, new ArrayList<>()))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("Weights of a model are scored by rows of one answer");
    }

    /// Of 12 rows, 2 steps of calibration take 8 and 3 steps of training all: each is scored once before.
    private static void requireReferenceCounted(Experiment experiment) {
        try (ExperimentRun run = new ExperimentRun(experiment, KernelChoice.JAVA, Stages.NONE, () -> false)) {
            List<Estimate.Line> lines = run.estimate().runs();
            double lota = lines.get(1).scored() - lines.get(0).scored();
            double lora = lines.get(2).scored() - lines.get(0).scored();
            assertThat(lora).isPositive();
            assertThat(lota / lora).isCloseTo((8.0 + 12) / 12, within(0.01));
        }
    }

    @Test
    void whatIsWrongWithAnObjectiveIsToldWithItsPlace() {
        assertThatThrownBy(() -> Grids.write(
                        directory,
                        "wrong",
                        METHODS.replace("objective: constrained}", "objective: {name: dpo, gamma: 1}}")))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("objective: The objective 'dpo' has no parameter 'gamma'");
    }
}
