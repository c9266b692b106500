package io.lota4j.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.demo.DemoTask;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Floats;
import io.lota4j.internal.checkpoint.SafetensorsFile;
import io.lota4j.internal.experiment.Experiment;
import io.lota4j.internal.experiment.recipe.ExperimentReader;
import io.lota4j.internal.metrics.RunFile;
import io.lota4j.internal.metrics.RunFiles;
import io.lota4j.internal.peft.AdapterFolder;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import io.lota4j.ticket.Tickets;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Grids in which what a stage learned is shrunk.
class ProtectGridTest {
    private static final String TRAINING = "training: {steps: 4, batch: 4}\n";
    private static final String LOTA = "{method: random, sparsity: 0.9, lr: 1e-3}";
    private static final String PROTECT = """
        protect:
          - {name: none}
          - {name: shrunk, shrink: {rows: 3, tolerance: 0.4, margin: 1}}
        """;

    @TempDir
    private Path directory;

    /// Every task has rows for validation.
    private Experiment grid(String out, String methods, String more) throws IOException {
        String rest = TRAINING + Text.format("methods: [%s]\n", methods);
        Grids.write(directory, out, rest, DemoTask.FLIP, DemoTask.PLUS);
        Path recipe = directory.resolve(out + ".yaml");
        String text =
                Files.readString(recipe).replace("train-rows: 32\n    \n", "train-rows: 32\n    validation-rows: 4\n");
        return ExperimentReader.read(Files.writeString(recipe, text + more));
    }

    /// What is done in a finished experiment is found, the first stage's training is shared, the second's
    /// is not.
    @Test
    void aProtectionAddsItsOwnRunsToWhatIsDone() throws IOException {
        List<String> begun = new ArrayList<>();
        List<Metric> plain = Grids.run(grid("out", LOTA, ""), begun);
        assertThat(begun).contains("train flip", "train plus");
        begun.clear();
        List<Metric> both = Grids.run(grid("out", LOTA, PROTECT), begun);
        assertThat(both).containsAll(plain);
        assertThat(begun).doesNotContain("train flip").containsOnlyOnce("train plus");
        assertThat(begun).contains("shrink flip of random 90%, shrunk, 100% of it");
        begun.clear();
        assertThat(Grids.run(grid("out", LOTA, PROTECT), begun)).isEqualTo(both);
        assertThat(begun).isEmpty();

        RunFile file = RunFiles.read(directory.resolve("out/run.json"));
        assertThat(file.finished()).isTrue();
        assertThat(file.runs().stream().map(RunFile.Run::method)).containsExactly("random 90%", "random 90%, shrunk");
        assertThat(file.runs().getLast().name()).isEqualTo("random-90-shrunk-lr0.001-flip.plus-s0");
        assertThat(file.runs().getFirst().settings()).doesNotContainKey("protection");
        assertThat(file.runs().getLast().settings())
                .containsEntry("protection", "shrink rows 3 tolerance 0.4 margin 1");

        List<Metric> alphas = Grids.of(both, Figure.ALPHA);
        assertThat(alphas).hasSize(2).allMatch(m -> m.value() > 0 && m.value() <= 1 && m.n() == 3);
        assertThat(alphas).anyMatch(m -> m.value() < 1);
        assertThat(Grids.of(both, Figure.JUDGED_BY_ANSWERS)).hasSize(2).allMatch(m -> m.value() == 0 && m.n() == 3);
        assertThat(Grids.of(both, Figure.DELTA_NORM)).hasSize(4);
    }

    /// The ticket of a shrunk stage is a part of the way from its start to what was trained, and says so.
    @Test
    void everyStageIsShrunkOnTopOfTheOnesBefore() throws IOException {
        Grids.run(
                grid("out", "{method: lora, rank: 2, lr: 3e-3}", PROTECT.replace("- {name: none}\n  ", "")),
                new ArrayList<>());
        Path first = only("out/shrunk", "lora-r2-flip");
        Path second = only("out/shrunk", "lora-r2-plus");
        Path trained = only("out/stages", "lora-r2-plus");
        Ticket start = TicketFile.read(first.resolve("ticket.safetensors"));
        Ticket end = TicketFile.read(second.resolve("ticket.safetensors"));
        double alpha = Double.parseDouble(end.info().provenance().get("shrink_alpha"));
        Ticket whole = TicketFile.read(trained.resolve("ticket.safetensors"));
        assertThat(end.tensors())
                .isEqualTo(
                        alpha == 1
                                ? whole.tensors()
                                : Tickets.between(start, whole, alpha).tensors());
        assertThat(norm(only("out/shrunk", "lora-r2-flip"), "lora_B"))
                .isCloseTo(
                        norm(only("out/stages", "lora-r2-flip"), "lora_B")
                                * Double.parseDouble(start.info().provenance().get("shrink_alpha")),
                        within(1e-6));
        assertThat(Files.readAllLines(first.resolve("parts.txt"))).hasSizeBetween(6, 7);
    }

    private static double norm(Path stage, String factor) {
        Path weights = stage.resolve("adapter").resolve(AdapterFolder.WEIGHTS);
        try (var file = SafetensorsFile.open(weights)) {
            double squares = 0;
            for (var info : file.tensors().values()) {
                float[] values = new float[(int) info.shape().numel()];
                Floats.toF32(info.dtype(), file.bytes(info.name()), MemorySegment.ofArray(values));
                for (float value : values) {
                    squares += info.name().contains(factor) ? (double) value * value : 0;
                }
            }
            return Math.sqrt(squares);
        }
    }

    private Path only(String folder, String begin) throws IOException {
        try (Stream<Path> all = Files.list(directory.resolve(folder))) {
            List<Path> found = all.filter(path -> path.getFileName().toString().startsWith(begin))
                    .toList();
            assertThat(found).hasSize(1);
            return found.getFirst();
        }
    }

    /// A merge takes what was trained, so there is one for both.
    @Test
    void mergesTakeTheWholeTickets() throws IOException {
        List<String> begun = new ArrayList<>();
        Grids.run(grid("out", LOTA, PROTECT + "orders: [[flip]]\nmerge: [{method: add}]\n"), begun);
        assertThat(begun.stream().filter(what -> what.startsWith("merge "))).containsExactly("merge random 90% + add");
        RunFile file = RunFiles.read(directory.resolve("out/run.json"));
        assertThat(file.runs().stream().map(RunFile.Run::name))
                .containsExactly(
                        "random-90-lr0.001-flip-s0",
                        "random-90-shrunk-lr0.001-flip-s0",
                        "random-90-lr0.001-plus-s0",
                        "random-90-add-lr0.001-flip.plus-s0");
        assertThat(file.runs().getLast().merged()).isEqualTo("random 90%");
    }

    @Test
    void aStoppedGridGoesOnBitForBit() throws IOException {
        List<Metric> whole = Grids.run(grid("whole", LOTA, PROTECT), new ArrayList<>());
        Experiment experiment = grid("stopped", LOTA, PROTECT);
        int sittings = 0;
        List<Metric> pieces;
        do {
            AtomicInteger questions = new AtomicInteger();
            pieces = Grids.run(experiment, new ArrayList<>(), () -> questions.incrementAndGet() > 12);
            assertThat(++sittings).isLessThan(60);
        } while (!Files.readString(directory.resolve("stopped/run.json")).contains("\"finished\" : true"));
        assertThat(sittings).isGreaterThan(3);
        assertThat(Grids.withoutCost(pieces)).isEqualTo(Grids.withoutCost(whole));
        assertThat(Files.readAllBytes(only("stopped/shrunk", "random-0.9-plus").resolve("ticket.safetensors")))
                .isEqualTo(Files.readAllBytes(
                        only("whole/shrunk", "random-0.9-plus").resolve("ticket.safetensors")));
    }

    /// Of a mask of all weights nothing need be measured; of others it stands beside what chance would see.
    @Test
    void everyStageSaysWhatItsMaskSees() throws IOException {
        List<Metric> metrics = Grids.run(grid("out", LOTA + ", {method: full, lr: 1e-4}", ""), new ArrayList<>());
        List<Metric> shares = Grids.of(metrics, Figure.GRADIENT_SHARE);
        assertThat(shares).hasSize(4);
        assertThat(shares.stream().filter(m -> m.where().run().startsWith("full")))
                .allMatch(m -> m.value() == 1 && m.n() == 0);
        assertThat(shares.stream().filter(m -> m.where().run().startsWith("random")))
                .allMatch(m -> Math.abs(m.value() - Math.sqrt(0.1)) < 0.06 && m.n() == 16);
        assertThat(Grids.of(metrics, Figure.DELTA_NORM)).hasSize(4).allMatch(m -> m.value() > 0);
    }
}
