package io.lota4j.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.demo.DemoTask;
import io.lota4j.internal.Text;
import io.lota4j.internal.events.EventReader;
import io.lota4j.internal.experiment.Experiment;
import io.lota4j.internal.experiment.recipe.ExperimentReader;
import io.lota4j.kernel.choice.KernelChoice;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskFile;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric;
import io.lota4j.metrics.Metric.Split;
import io.lota4j.metrics.MetricsFile;
import io.lota4j.ticket.TicketFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExperimentRunTest {
    private static final String TRAINING = "training: {steps: 4, batch: 4}\n";
    private static final String LOTA =
            "{method: lota, sparsity: 0.9, lr: 1e-3, calibration-steps: 2, calibration-lr: 3e-4}";
    private static final String LOTTO = LOTA.replace("lota", "lotto");

    @TempDir
    private Path directory;

    @Test
    void everyMethodRunsEveryStageAndIsScoredOnEveryTask() throws IOException {
        List<Metric> metrics = Grids.run(
                Grids.write(directory, "all", TRAINING.replace("4,", "2,") + Text.format("""
                    orders: [[flip, plus]]
                    methods:
                      - {method: full, lr: 1e-4}
                      - {method: freeze, layers: [layers.0.], lr: 1e-4}
                      - {method: lora, rank: 2, lr: 1e-3}
                      - {method: random, sparsity: 0.9, lr: 1e-3}
                      - {method: magnitude, sparsity: 0.9, lr: 1e-3}
                      - {method: snip, sparsity: 0.9, lr: 1e-3, rows: 4}
                      - {method: wanda, sparsity: 0.9, lr: 1e-3, rows: 4}
                      - {method: fisher, sparsity: 0.9, lr: 1e-3, rows: 4}
                      - %s
                      - %s
                    """, LOTA, LOTTO)),
                new ArrayList<>());
        // Of the base, and ten methods after each of two stages: three tasks, one of them in two splits.
        assertThat(Grids.of(metrics, Figure.LOSS)).hasSize((1 + 10 * 2) * 4);
        assertThat(Grids.of(metrics, Figure.ACCURACY)).hasSize((1 + 10 * 2) * 4);
        assertThat(Grids.of(metrics, Figure.TRAIN_LOSS)).hasSize(10 * 2 * 2);
        Path out = directory.resolve("all");
        assertThat(MetricsFile.read(out.resolve("metrics.jsonl"))).isEqualTo(metrics);
        assertThat(Files.readString(out.resolve("run.json"))).contains("\"finished\" : true");
    }

    @Test
    void stagesShorterThanTheWarmUpAreSaid() throws IOException {
        Experiment experiment = Grids.write(directory, "short", Text.format("""
            training: {steps: 4, batch: 4, warmup-steps: 3}
            orders: [[flip]]
            equal: [tokens]
            methods: [%s, {method: full, lr: 1e-4}]
            """, LOTA), DemoTask.FLIP);
        try (ExperimentRun run = new ExperimentRun(experiment, KernelChoice.JAVA, Stages.NONE, () -> false)) {
            assertThat(run.notices().stream().filter(notice -> notice.contains("warm-up")))
                    .hasSize(1)
                    .first()
                    .asString()
                    .startsWith("Task flip is trained for 2 steps with ")
                    .contains("fewer than the warm-up's 3");
        }
    }

    @Test
    void whatIsDoneIsNotDoneAgain() throws IOException {
        String methods = Text.format("methods: [%s, %s]\n", LOTA, LOTTO);
        List<String> begun = new ArrayList<>();
        DemoTask[] tasks = {DemoTask.FLIP, DemoTask.PLUS};
        List<Metric> first = Grids.run(Grids.write(directory, "again", TRAINING + methods, tasks), begun);
        // The first stage of the two is one: only later masks differ.
        assertThat(begun.stream().filter("train flip"::equals)).hasSize(1);
        assertThat(begun.stream().filter("train plus"::equals)).hasSize(2);
        begun.clear();
        assertThat(Grids.run(Grids.write(directory, "again", TRAINING + methods, tasks), begun))
                .isEqualTo(first);
        assertThat(begun).isEmpty();
        Grids.run(Grids.write(directory, "again", TRAINING.replace("4,", "5,") + methods, tasks), begun);
        assertThat(begun).contains("train flip", "train plus").doesNotContain("calibrate flip");
    }

    /// A mask of groups is another than that of single rows, and each is found once.
    @Test
    void masksOfGroupsAreFoundBesideThoseOfRows() throws IOException {
        String methods = """
            methods:
              - {method: fisher, sparsity: 0.9, lr: 1e-3, rows: 8}
              - {method: fisher, name: grouped, sparsity: 0.9, lr: 1e-3, rows: 8, group: 4}
            """;
        List<String> begun = new ArrayList<>();
        Grids.run(Grids.write(directory, "groups", TRAINING + methods, DemoTask.FLIP), begun);
        assertThat(begun.stream().filter("fisher flip"::equals)).hasSize(2);
        assertThat(begun.stream().filter("train flip"::equals)).hasSize(2);
        assertThat(Files.readString(directory.resolve("groups/run.json"))).containsOnlyOnce("\"group\"");
    }

    @Test
    void oneCalibrationServesEverySparsity() throws IOException {
        List<String> begun = new ArrayList<>();
        Grids.run(
                Grids.write(
                        directory,
                        "many",
                        TRAINING + Text.format("methods: [%s]\n", LOTA.replace("0.9", "[0.9, 0.99]")),
                        DemoTask.FLIP),
                begun);
        assertThat(begun.stream().filter("calibrate flip"::equals)).hasSize(1);
        assertThat(begun.stream().filter("train flip"::equals)).hasSize(2);
        List<Mask> masks = masks("many");
        assertThat(masks).hasSize(2);
        assertThat(masks.getFirst().minus(masks.getLast()).trainable()
                        * masks.getLast().minus(masks.getFirst()).trainable())
                .as("the sparser mask lies within the denser")
                .isZero();
        // Of the calibration and of both stages: a version, a start, and a step's scalars each.
        assertThat(curves("many").stream().map(List::size)).containsExactlyInAnyOrder(2 + 2, 2 + 4, 2 + 4);
    }

    @ParameterizedTest
    @CsvSource({"adamw, 3", "rmsprop, 2", "sgd, 2"})
    void lottoLeavesEarlierTasksWeightsAsTheyAre(String optimizer, int stages) throws IOException {
        String training = TRAINING.replace("steps: 4", "steps: 4, optimizer: " + optimizer);
        DemoTask[] tasks = Arrays.copyOf(DemoTask.values(), stages);
        List<Metric> metrics = Grids.run(
                Grids.write(directory, optimizer, training + Text.format("methods: [%s]\n", LOTTO), tasks),
                new ArrayList<>());
        List<Metric> changed = Grids.of(metrics, Figure.CHANGED_EARLIER);
        List<Mask> masks = masks(optimizer);
        long each = masks.getFirst().trainable();
        assertThat(changed).hasSize(stages);
        for (int stage = 0; stage < stages; stage++) {
            assertThat(changed.get(stage).value()).isZero();
            assertThat(changed.get(stage).n()).isEqualTo(stage * each);
        }
        assertThat(masks).hasSize(stages);
        assertThat(masks.stream().reduce(Mask::or).orElseThrow().trainable()).isEqualTo(stages * each);
    }

    @Test
    void aStoppedGridGoesOnWhereItWas() throws IOException {
        String rest = TRAINING + Text.format("methods: [%s, {method: lora, rank: 2, lr: 1e-3}]\n", LOTTO);
        DemoTask[] tasks = {DemoTask.FLIP, DemoTask.PLUS};
        List<Metric> whole = Grids.run(Grids.write(directory, "whole", rest, tasks), new ArrayList<>());
        Experiment experiment = Grids.write(directory, "stopped", rest, tasks);
        // Stops at ever later questions: in the middle of steps, between them, and between scores.
        int sittings = 0;
        List<Metric> pieces;
        do {
            AtomicInteger questions = new AtomicInteger();
            pieces = Grids.run(experiment, new ArrayList<>(), () -> questions.incrementAndGet() > 7);
            assertThat(++sittings).isLessThan(50);
        } while (!Files.readString(directory.resolve("stopped/run.json")).contains("\"finished\" : true"));
        assertThat(sittings).isGreaterThan(5);
        assertThat(pieces).hasSameSizeAs(whole);
        assertThat(Grids.withoutCost(pieces)).isEqualTo(Grids.withoutCost(whole));
        assertThat(tickets("stopped")).isEqualTo(tickets("whole"));
    }

    @Test
    void separateTasksAreMergedAndScored() throws IOException {
        List<Metric> metrics =
                Grids.run(Grids.write(directory, "merged", TRAINING + Text.format("""
                    orders: [[flip, plus, order]]
                    methods: [%s, {method: full, lr: 1e-4}]
                    merge:
                      - {method: ties, of: lota, parameters: {density: 0.5}}
                      - {method: linear, of: full, parameters: {weight: [1, 2, 1]}}
                    """, LOTA)), new ArrayList<>());
        List<String> runs =
                metrics.stream().map(m -> m.where().run()).distinct().toList();
        assertThat(runs)
                .contains(
                        "lota-90-ties-density-0.5-lr0.001-flip.plus.order-s0",
                        "full-linear-weight-1.0-2.0-1.0-lr1e-4-flip.plus.order-s0",
                        "lota-90-lr0.001-plus-s0");
        List<Metric> merged = metrics.stream()
                .filter(m -> m.where().run().startsWith("lota-90-ties"))
                .toList();
        assertThat(Grids.of(merged, Figure.OVERLAP)).hasSize(3);
        assertThat(Grids.of(merged, Figure.SIGN_CONFLICTS)).hasSize(3);
        assertThat(Grids.of(merged, Figure.LOSS).stream().filter(m -> m.where().split() == Split.TEST))
                .hasSize(3);
    }

    /// The first task has rows for validation, the others give their last rows: those that they are judged
    /// by are never prompts.
    @Test
    void coefficientsAreFittedOnRowsThatNothingIsJudgedBy() throws IOException {
        Experiment experiment =
                Grids.write(directory, "fitted", TRAINING + Text.format("""
                    orders: [[flip], [plus]]
                    methods: [%s]
                    merge:
                      - {method: fit, of: lota, prompts: 6, steps: 2, batch: 2, parameters: {per: task}}
                    """, LOTA), DemoTask.FLIP, DemoTask.PLUS);
        List<Metric> metrics = Grids.run(experiment, new ArrayList<>());
        assertThat(metrics)
                .filteredOn(m ->
                        m.where().run().equals("lota-90-fit-per-task-batch-2-prompts-6-steps-2-lr0.001-flip.plus-s0"))
                .filteredOn(m -> m.figure() == Figure.LOSS && m.where().split() == Split.TEST)
                .hasSize(2);
        Path merged;
        try (Stream<Path> folders = Files.list(directory.resolve("fitted/merges"))) {
            merged = folders.findFirst().orElseThrow();
        }
        Map<String, String> said =
                TicketFile.read(merged.resolve("ticket.safetensors")).info().provenance();
        assertThat(said)
                .containsEntry("merge.method", "fit")
                .containsEntry("merge.ticket0.prompts_rows", "4")
                .containsEntry("merge.ticket1.prompts_rows", "6");
        assertThat(said.get("merge.settings")).contains("generate=1, per=task");
        assertThat(said.get("merge.ticket0.prompts")).contains("flip-train.jsonl");
        assertThat(Files.readString(merged.resolve("inputs.json"))).contains("\"prompts of plus\"");
    }

    @Test
    void tasksMergedByLottoHaveMasksWithNothingInCommon() throws IOException {
        List<Metric> metrics = Grids.run(
                Grids.write(directory, "beside", TRAINING + Text.format("""
                    orders: [[plus]]
                    methods: [%s, %s]
                    merge:
                      - {method: add}
                    """, LOTA, LOTTO)), new ArrayList<>());
        List<Metric> overlaps = Grids.of(metrics, Figure.OVERLAP);
        assertThat(overlaps)
                .filteredOn(m -> m.where().run().startsWith("lota-90-add"))
                .hasSize(3)
                .allMatch(m -> m.value() > 0);
        assertThat(overlaps)
                .filteredOn(m -> m.where().run().startsWith("lotto-90-add"))
                .hasSize(3)
                .allMatch(m -> m.value() == 0);
        // Alone it is the run that is merged, and what that needs came first.
        assertThat(metrics.stream()
                        .map(m -> m.where().run())
                        .distinct()
                        .filter(run -> run.startsWith("lotto"))
                        .limit(3))
                .containsExactly(
                        "lotto-90-lr0.001-flip-s0",
                        "lotto-90-lr0.001-plus-beside-flip-s0",
                        "lotto-90-lr0.001-order-beside-flip.plus-s0");
    }

    @Test
    void equalTokensCountCalibration() throws IOException {
        List<Metric> metrics = Grids.run(
                Grids.write(
                        directory,
                        "equal",
                        TRAINING + Text.format("equal: tokens\nmethods: [%s, {method: full, lr: 1e-4}]\n", LOTA),
                        DemoTask.FLIP),
                new ArrayList<>());
        assertThat(Grids.of(metrics, Figure.TRAIN_TOKENS).stream().map(Metric::n))
                .containsExactly(2L, 4L);
        assertThat(Grids.of(metrics, Figure.CALIBRATION_TOKENS).stream().map(Metric::n))
                .containsExactly(2L);
    }

    @Test
    void calibrationThatLeavesNoStepIsRefused() throws IOException {
        Experiment experiment = Grids.write(
                directory, "none", TRAINING.replace("4,", "2,") + Text.format("equal: tokens\nmethods: [%s]\n", LOTA));
        assertThatThrownBy(() -> Grids.run(experiment, new ArrayList<>()))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("takes 2 steps to choose its mask")
                .hasMessageContaining("none of task flip's 2 steps is left");
    }

    @Test
    void aResumedStageGoesOnWithItsCurves() throws IOException {
        Experiment experiment =
                Grids.write(directory, "curves", TRAINING + "methods: [{method: full, lr: 1e-4}]\n", DemoTask.FLIP);
        AtomicBoolean stop = new AtomicBoolean();
        Stages stages = what -> new Stages.Stage() {
            @Override
            public void at(long done, long all, double tokensPerSecond, double loss) {
                stop.set(what.startsWith("train") && done == 2);
            }

            @Override
            public void close() {
                // Nothing was opened.
            }
        };
        try (ExperimentRun run = new ExperimentRun(experiment, KernelChoice.JAVA, stages, stop::get)) {
            assertThat(run.run()).isFalse();
        }
        List<Metric> metrics = Grids.run(experiment, new ArrayList<>());
        List<List<Long>> steps = curves("curves").stream()
                .map(events -> events.stream()
                        .filter(e -> e.what().equals("scalars"))
                        .map(EventReader.Event::step)
                        .toList())
                .toList();
        assertThat(steps).containsExactlyInAnyOrder(List.of(1L, 2L), List.of(3L, 4L));
        assertThat(curves("curves").stream()
                        .flatMap(List::stream)
                        .filter(e -> e.what().equals("scalars"))
                        .sorted(Comparator.comparing(EventReader.Event::step))
                        .map(e -> e.scalars().get("train/loss")))
                .isEqualTo(Grids.of(metrics, Figure.TRAIN_LOSS).stream()
                        .map(metric -> (float) metric.value())
                        .toList());
    }

    @Test
    void badRowsEndItOrAreLeftOutAndListed() throws IOException {
        String rest = TRAINING + "methods: [{method: full, lr: 1e-4}]\n";
        Grids.write(directory, "bad", rest, DemoTask.FLIP);
        Path recipe = directory.resolve("bad.yaml");
        Path rows = directory.resolve("flip-train.jsonl");
        Files.writeString(rows, Files.readString(rows).replaceFirst("\n", "\n{\n"));
        assertThatThrownBy(() -> begin(recipe))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("flip-train.jsonl, line 2");
        Files.writeString(recipe, Files.readString(recipe).replace("generate: 1", "on-bad-row: skip"));
        assertThat(begin(recipe))
                .singleElement()
                .asString()
                .contains("1 row of", "left out: they cannot be used")
                .contains("line 2");
        assertThat(directory.resolve("bad/bad-rows.jsonl"))
                .content()
                .hasLineCount(1)
                .contains("flip-train.jsonl", "\"place\":\"line 2\"");
    }

    /// Stops before the first stage.
    private static List<String> begin(Path recipe) {
        Experiment experiment = ExperimentReader.read(recipe);
        try (ExperimentRun run = new ExperimentRun(experiment, KernelChoice.JAVA, Stages.NONE, () -> true)) {
            assertThat(run.run()).isFalse();
            return run.notices();
        }
    }

    @Test
    void aSecondRunOnADirectoryIsRefused() throws IOException {
        Experiment experiment =
                Grids.write(directory, "twice", TRAINING + "methods: [{method: full, lr: 1e-4}]\n", DemoTask.FLIP);
        List<String> refused = new ArrayList<>();
        Stages stages = what -> {
            assertThatThrownBy(() -> Grids.run(experiment, new ArrayList<>()))
                    .isInstanceOf(LotaException.class)
                    .hasMessageContaining("another run is at work there");
            refused.add(what);
            return Stages.NONE.begin(what);
        };
        try (ExperimentRun run = new ExperimentRun(experiment, KernelChoice.JAVA, stages, () -> false)) {
            assertThat(run.run()).isTrue();
        }
        assertThat(refused).contains("train flip");
    }

    private List<List<EventReader.Event>> curves(String out) throws IOException {
        List<List<EventReader.Event>> curves = new ArrayList<>();
        try (Stream<Path> files = Files.walk(directory.resolve(out))) {
            for (Path file : files.filter(f -> f.getFileName().toString().contains("tfevents"))
                    .toList()) {
                curves.add(EventReader.read(file));
            }
        }
        return curves;
    }

    private List<Mask> masks(String out) throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve(out).resolve("masks"))) {
            return files.filter(file -> file.toString().endsWith(".mask.safetensors"))
                    .sorted()
                    .map(MaskFile::read)
                    .toList();
        }
    }

    /// Deltas of every stage, sorted by what they are of.
    private List<Float> tickets(String out) throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve(out).resolve("stages"))) {
            return files.filter(file -> file.endsWith("ticket.safetensors"))
                    .sorted()
                    .map(TicketFile::read)
                    .flatMap(ticket -> ticket.tensors().values().stream())
                    .flatMap(tensor -> {
                        List<Float> values = new ArrayList<>();
                        for (float value : tensor.values()) {
                            values.add(value);
                        }
                        return values.stream();
                    })
                    .toList();
        }
    }
}
