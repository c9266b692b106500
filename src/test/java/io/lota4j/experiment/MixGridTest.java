package io.lota4j.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.demo.DemoTask;
import io.lota4j.internal.Text;
import io.lota4j.internal.experiment.Experiment;
import io.lota4j.internal.experiment.recipe.ExperimentReader;
import io.lota4j.internal.metrics.RunFiles;
import io.lota4j.kernel.choice.KernelChoice;
import io.lota4j.metrics.Metric;
import io.lota4j.ticket.TicketFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Grids in which rows are mixed into those of a stage's task.
class MixGridTest {
    private static final String RANDOM = "{method: random, sparsity: 0.9, lr: 1e-3}";
    private static final String EARLIER = "mix: {of: earlier, answers: own, rows: 6, per-batch: 1}";
    private static final String GENERAL = "mix: {of: [earlier, general], answers: own, loss: kl, rows: 6, generate: 2}";

    @TempDir
    private Path directory;

    /// Two tasks with rows for validation and, as general texts, rows of a third, of which the first 4 are scored.
    private Experiment grid(String out, String methods, String... entries) throws IOException {
        return gridOf(out, methods, "order-train.jsonl", entries);
    }

    private Experiment gridOf(String out, String methods, String texts, String... entries) throws IOException {
        String rest = Text.format("""
            general:
              texts: {data: %s/%s, rows: 4, prompt: "{prompt}", completion: "{completion}"}
            training: {steps: 4, batch: 4}
            methods: [%s]
            """, directory, texts, methods);
        StringBuilder protect = new StringBuilder();
        for (int entry = 0; entry < entries.length; entry++) {
            protect.append(
                    Text.format("  - {name: p%d%s}\n", entry, entries[entry].isEmpty() ? "" : ", " + entries[entry]));
        }
        Grids.write(directory, out, rest, DemoTask.FLIP, DemoTask.PLUS);
        Path recipe = directory.resolve(out + ".yaml");
        String text =
                Files.readString(recipe).replace("train-rows: 32\n    \n", "train-rows: 32\n    validation-rows: 4\n");
        return ExperimentReader.read(Files.writeString(recipe, text + "protect:\n" + protect));
    }

    private List<Path> all(String folder, String begin) throws IOException {
        try (Stream<Path> all = Files.list(directory.resolve(folder))) {
            return all.filter(path -> path.getFileName().toString().startsWith(begin))
                    .toList();
        }
    }

    private static Map<String, String> provenance(Path stage) {
        return TicketFile.read(stage.resolve("ticket.safetensors")).info().provenance();
    }

    /// Before the first stage there is nothing, so it is trained once; the second is trained twice.
    @Test
    void earlierTasksAreMixedInFromTheSecondStageOn() throws IOException {
        List<String> begun = new ArrayList<>();
        Grids.run(grid("out", RANDOM, "", EARLIER), begun);
        assertThat(begun).containsOnlyOnce("train flip");
        assertThat(begun.stream().filter("train plus"::equals)).hasSize(2);
        assertThat(all("out/stages", "random-0.9-flip")).hasSize(1);
        assertThat(all("out/stages", "random-0.9-plus"))
                .hasSize(2)
                .anySatisfy(stage -> assertThat(provenance(stage))
                        .containsEntry("mix", "answers own loss kl per batch 1 generate 1")
                        .hasEntrySatisfying(
                                "mix_data", rows -> assertThat(rows).startsWith("6 rows of flip-train.jsonl sha256:")));
        assertThat(RunFiles.read(directory.resolve("out/run.json"))
                        .runs()
                        .getLast()
                        .settings())
                .containsEntry("protection", "mix of earlier answers own loss kl rows 6 per batch 1");
        begun.clear();
        Grids.run(grid("out", RANDOM, "", EARLIER), begun);
        assertThat(begun).isEmpty();
    }

    /// Beside a shrink, and stopped again and again.
    @Test
    void aStoppedGridGoesOnBitForBit() throws IOException {
        String both = GENERAL + ", shrink: {rows: 3, tolerance: 0.4}";
        List<Metric> whole = Grids.run(grid("whole", RANDOM, both), new ArrayList<>());
        Experiment experiment = grid("stopped", RANDOM, both);
        int sittings = 0;
        List<Metric> pieces;
        do {
            AtomicInteger questions = new AtomicInteger();
            pieces = Grids.run(experiment, new ArrayList<>(), () -> questions.incrementAndGet() > 14);
            assertThat(++sittings).isLessThan(99);
        } while (!Files.readString(directory.resolve("stopped/run.json")).contains("\"finished\" : true"));
        assertThat(sittings).isGreaterThan(2);
        assertThat(Grids.withoutCost(pieces)).isEqualTo(Grids.withoutCost(whole));
        for (String folder : List.of("random-0.9-flip", "random-0.9-plus")) {
            assertThat(all("stopped/shrunk", folder).getFirst().resolve("ticket.safetensors"))
                    .hasSameBinaryContentAs(
                            all("whole/shrunk", folder).getFirst().resolve("ticket.safetensors"));
        }
    }

    /// Labelled replay, own answers and another start are other stages.
    @Test
    void whatIsMixedInTellsStagesApart() throws IOException {
        Grids.run(
                grid(
                        "out",
                        RANDOM,
                        "mix: {of: earlier, rows: 6, per-batch: 1}",
                        "mix: {of: earlier, answers: own, rows: 5, per-batch: 1}",
                        GENERAL.replace("rows: 6", "rows: 5")),
                new ArrayList<>());
        // Of general texts the first stage has some, and so the second has another start.
        assertThat(all("out/stages", "random-0.9-flip")).hasSize(2);
        assertThat(all("out/stages", "random-0.9-plus"))
                .hasSize(3)
                .anySatisfy(stage ->
                        assertThat(provenance(stage)).containsEntry("mix", "answers given loss ce per batch 1"));
    }

    /// The task's rows, fewer of them; the mix's through two passes more, and their answers once.
    @Test
    void theEstimateCountsTheTeacherAndTheAnswers() throws IOException {
        Experiment experiment = grid("out", RANDOM, "", EARLIER);
        try (ExperimentRun run = new ExperimentRun(experiment, KernelChoice.JAVA, Stages.NONE, () -> false)) {
            Estimate estimate = run.estimate();
            assertThat(estimate.stages()).isEqualTo(3);
            Estimate.Line plain = estimate.runs().get(1);
            Estimate.Line mixed = estimate.runs().get(2);
            // The first line has two stages, this one the second alone.
            assertThat(mixed.trained()).isBetween(plain.trained() / 3, plain.trained());
            // Both second stages are scored alike; of the first one as much again.
            assertThat(mixed.scored()).isGreaterThan(plain.scored() / 2 + 50);
        }
    }

    @Test
    void aTextIsNotMixedInAndScored() throws IOException {
        Grids.write(directory, "data", "training: {steps: 1}\nmethods: [" + RANDOM + "]\n");
        List<String> rows = Files.readAllLines(directory.resolve("order-train.jsonl"));
        Files.write(
                directory.resolve("twice.jsonl"),
                List.of(rows.get(0), rows.get(1), rows.get(2), rows.get(3), rows.get(4), rows.get(1)));
        Experiment twice = gridOf("twice", RANDOM, "twice.jsonl", GENERAL);
        assertThatThrownBy(() -> Grids.run(twice, new ArrayList<>()))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("general.texts: row 5 (from 0) of " + directory.resolve("twice.jsonl")
                        + " is mixed in, and row 1 (from 0) of " + directory.resolve("twice.jsonl")
                        + ", which is scored, is the same text");
        Files.write(directory.resolve("few.jsonl"), rows.subList(0, 4));
        Experiment few = gridOf("few", RANDOM, "few.jsonl", GENERAL);
        assertThatThrownBy(() -> Grids.run(few, new ArrayList<>()))
                .hasMessageContaining("general.texts: no row is left to mix in behind the 4 that are scored");
    }

    @Test
    void whatCannotBeMixedIsToldBeforeAnythingRuns() throws IOException {
        assertThatThrownBy(() -> grid(
                        "out",
                        RANDOM,
                        "mix: {of: earlier, loss: kl}",
                        "mix: {of: [earlier, generl]}",
                        "mix: {answers: own}"))
                .hasMessageContaining("protect[0].mix: The loss kl compares")
                .hasMessageContaining("protect[1].mix.of is 'generl'; did you mean 'general'?")
                .hasMessageContaining("protect[2].mix.of is missing");
        assertThatThrownBy(() -> grid("out", RANDOM, "mix: {of: earlier, per-batch: 4}"))
                .hasMessageContaining("'p0' mixes 4 rows into steps of 4");
    }
}
