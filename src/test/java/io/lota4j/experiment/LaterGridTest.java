package io.lota4j.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.demo.DemoTask;
import io.lota4j.internal.Text;
import io.lota4j.internal.experiment.Experiment;
import io.lota4j.internal.experiment.recipe.ExperimentReader;
import io.lota4j.internal.metrics.RunFile;
import io.lota4j.internal.metrics.RunFile.Run;
import io.lota4j.internal.metrics.RunFiles;
import io.lota4j.kernel.choice.KernelChoice;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Grids in which somebody else trains a task, and methods that are trained otherwise than the experiment says.
class LaterGridTest {
    private static final String FULL = "{method: full, lr: 1e-3}";
    private static final String BY = "[{method: full, lr: 5e-4}, {method: lora, rank: 2, lr: 2e-3}]";
    private static final String MIXED =
            "protect: [{name: none}, {name: mixed, mix: {of: earlier, rows: 8, per-batch: 1}}]\n";
    private static final String SHRUNK =
            "protect: [{name: none}, {name: shrunk, shrink: {rows: 3, tolerance: 0.4, margin: 1}}]\n";

    @TempDir
    private Path directory;

    /// @param later keys of the second task
    private Experiment grid(String out, String methods, String later, String more) throws IOException {
        String rest = Text.format("training: {steps: 3, batch: 4}\nmethods: [%s]\n", FULL);
        Grids.write(directory, out, rest, DemoTask.FLIP, DemoTask.PLUS);
        Path recipe = directory.resolve(out + ".yaml");
        String text = Files.readString(recipe)
                        .replace("train-rows: 32\n    \n", "train-rows: 32\n    validation-rows: 4\n" + later)
                        .replace(FULL, methods)
                + more;
        return ExperimentReader.read(Files.writeString(recipe, text));
    }

    private List<Run> runs(String out) {
        return RunFiles.read(directory.resolve(out + "/run.json")).runs();
    }

    private List<String> stages(String out) throws IOException {
        try (Stream<Path> folders = Files.list(directory.resolve(out + "/stages"))) {
            return folders.map(folder -> String.valueOf(folder.getFileName()).replaceFirst("-[0-9a-f]{12}$", ""))
                    .sorted()
                    .toList();
        }
    }

    /// Somebody else trains from what each protection left, by each of their ways, and none of it is protected.
    @Test
    void noProtectionReachesATaskOfSomebodyElse() throws IOException {
        String later = "    unprotected: true\n    steps: 2\n    by: " + BY + "\n";
        List<String> begun = new ArrayList<>();
        List<Metric> metrics = Grids.run(grid("out", FULL, later, MIXED + "orders: [[flip], [flip, plus]]\n"), begun);
        assertThat(begun.stream().filter("train flip"::equals)).hasSize(1);
        // A mix of earlier rows has none at the first stage, and none reaches the second: one start, two ways.
        assertThat(stages("out")).containsExactly("full-flip-s0", "full-plus-s0", "lora-r2-plus-s0");
        List<Run> runs = runs("out");
        assertThat(runs.stream().map(Run::name))
                .contains(
                        "full-lr0.001-flip-s0",
                        "full-mixed-lr0.001-flip.plus-by-full-at-5e-4-s0",
                        "full-mixed-lr0.001-flip.plus-by-lora-r2-at-0.002-s0")
                .hasSize(2 + 2 * 2)
                .doesNotHaveDuplicates();
        Run last = runs.getLast();
        assertThat(last.protection()).isEqualTo("mixed");
        assertThat(last.alone()).isEqualTo("full");
        assertThat(last.by()).isEqualTo(Map.of("plus", "lora r2 at 0.002"));
        assertThat(last.course().words()).isEqualTo("flip, then plus (unprotected, by lora r2 at 0.002)");
        assertThat(last.settings().get("by, plus"))
                .startsWith("rate 0.002, pool")
                .contains("rank 2");
        assertThat(Grids.of(metrics, Figure.TRAIN_TOKENS).stream()
                        .filter(metric -> metric.where().stage() == 2)
                        .map(Metric::n))
                .containsOnly(2L);
    }

    /// Without another way the run's own method goes on, unprotected; alone it is one run, whatever protects.
    @Test
    void withoutAnotherWayTheRunsMethodGoesOn() throws IOException {
        String later = "    unprotected: true\n";
        List<String> begun = new ArrayList<>();
        Grids.run(grid("out", FULL, later, SHRUNK + "orders: [[plus], [flip, plus]]\n"), begun);
        assertThat(begun).noneMatch(what -> what.startsWith("shrink plus"));
        begun.clear();
        assertThat(runs("out").stream().map(Run::name))
                .containsExactly(
                        "full-lr0.001-plus-s0", "full-lr0.001-flip.plus-s0", "full-shrunk-lr0.001-flip.plus-s0");
        assertThat(runs("out").getLast().course().words()).isEqualTo("flip, then plus (unprotected)");
        Grids.run(grid("plain", FULL, "", ""), begun);
        assertThat(stages("plain")).hasSize(2);
        // The same stages as where nobody else trains.
        assertThat(names("out")).containsAll(names("plain"));
    }

    private List<String> names(String out) throws IOException {
        try (Stream<Path> folders = Files.list(directory.resolve(out + "/stages"))) {
            return folders.map(folder -> String.valueOf(folder.getFileName())).toList();
        }
    }

    /// Equal tokens count a method's calibration, and not that of somebody else.
    @Test
    void equalTokensDoNotReachSomebodyElse() throws IOException {
        String lota = "method: lota, sparsity: 0.9, lr: 1e-3, calibration-steps: 1, calibration-lr: 1e-3";
        Experiment experiment =
                grid("out", "{" + lota + "}", "    unprotected: true\n    by: [{" + lota + "}]\n", "equal: [tokens]\n");
        List<Metric> metrics = Grids.run(experiment, new ArrayList<>());
        assertThat(Grids.of(metrics, Figure.TRAIN_TOKENS)).extracting(Metric::n).containsExactly(2L, 3L);
    }

    /// What a method says for itself decides what its stages yield, and nothing else does.
    @Test
    void aMethodsOwnTrainingMakesRuns() throws IOException {
        List<String> begun = new ArrayList<>();
        Grids.run(grid("out", FULL, "", ""), begun);
        List<String> before = names("out");
        begun.clear();
        String all = "{method: full, lr: 1e-3, batch: [4, 8], reduction: [token-mean, example-sum]}";
        List<Metric> metrics = Grids.run(grid("out", all, "", ""), begun);
        assertThat(begun.stream().filter(what -> what.startsWith("train "))).hasSize(6);
        assertThat(names("out")).containsAll(before).hasSize(8);
        RunFile file = RunFiles.read(directory.resolve("out/run.json"));
        assertThat(file.runs().stream().map(Run::method))
                .containsExactly(
                        "full batch 4 reduction token-mean",
                        "full batch 4 reduction example-sum",
                        "full batch 8 reduction token-mean",
                        "full batch 8 reduction example-sum");
        assertThat(file.runs().getLast().settings())
                .containsEntry("batch", "8")
                .containsEntry("steps", "2")
                .containsEntry("reduction", "example-sum");
        // 3 steps of 4 rows are 1.5 of 8: two.
        assertThat(Grids.of(metrics, Figure.TRAIN_TOKENS)).extracting(Metric::n).containsOnly(3L, 2L);
        try (ExperimentRun run = new ExperimentRun(
                grid("new", "{method: full, lr: 1e-3, batch: [4, 8], steps: 1}", "    steps: 5\n", ""),
                KernelChoice.JAVA,
                Stages.NONE,
                () -> false)) {
            assertThat(run.stagesLeft()).isEqualTo(4);
            assertThat(run.estimate().rates()).containsKeys("dense", "dense, 8 examples a step");
        }
    }

    /// A mask is chosen with the experiment's training, whatever a method's own is: its ways share it.
    @Test
    void waysOfTrainingShareAMask() throws IOException {
        String lota = "{method: lota, sparsity: 0.9, lr: 1e-3, calibration-steps: 2, calibration-lr: 1e-3,"
                + " batch: [4, 2], shuffle: [true, false]}";
        List<String> begun = new ArrayList<>();
        List<Metric> metrics = Grids.run(grid("out", lota, "", "orders: [[flip]]\nequal: [tokens]\n"), begun);
        assertThat(begun.stream().filter("calibrate flip"::equals)).hasSize(1);
        // Two steps of four rows are four of two.
        assertThat(Grids.of(metrics, Figure.TRAIN_TOKENS)).extracting(Metric::n).containsExactly(1L, 1L, 2L, 2L);
    }

    @Test
    void whatDoesNotFitIsToldWithItsLine() {
        assertThatThrownBy(() -> grid(
                        "out",
                        "{method: full, lr: 1, batch: [4, x], schedule: fast, save-every: 2}",
                        "    by: " + BY + "\n",
                        ""))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("tasks.plus.by says how somebody else trains the task, and it is not unprotected")
                .hasMessageContaining("methods[0].batch must be a whole number of at least 1, found 'x'")
                .hasMessageContaining("methods[0].schedule is 'fast'; expected one of constant, linear, cosine")
                .hasMessageContaining("unknown key 'methods[0].save-every'");
        assertThatThrownBy(() -> grid("out", "{method: full, lr: 1, batch: 4, accumulate: 2, shards: [8, 9]}", "", ""))
                .hasMessageContaining("methods[0].shards is 9, more than the 8 examples of a step");
        String lotto = "{method: lotto, sparsity: 0.9, lr: 1, calibration-steps: 1, calibration-lr: 1}";
        assertThatThrownBy(() -> grid("out", FULL, "    unprotected: true\n    by: [" + lotto + "]\n", ""))
                .hasMessageContaining("lotto leaves alone what earlier stages trained, which somebody else does not");
    }
}
