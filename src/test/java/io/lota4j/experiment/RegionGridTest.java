package io.lota4j.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.LotaException;
import io.lota4j.demo.DemoTask;
import io.lota4j.internal.Text;
import io.lota4j.internal.experiment.Experiment;
import io.lota4j.internal.experiment.recipe.ExperimentReader;
import io.lota4j.internal.metrics.RunFile;
import io.lota4j.internal.metrics.RunFiles;
import io.lota4j.internal.report.Report;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskFile;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import io.lota4j.ticket.Tickets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Grids in which a region of the base is frozen or rewound, or answers are held near what was
/// expected before.
class RegionGridTest {
    private static final String RANDOM = "{method: random, sparsity: 0.9, lr: 1e-3}";
    private static final String REGION = "region: {safety: p, utility: plus, rows: 6, q: 0.2, p: 0.1}";
    private static final String FROZEN = REGION + ", use: freeze, control: random";
    private static final String REWOUND = REGION + ", use: rewind";
    private static final String PROBES = """
        risk: {behaviour: declines, actor: user, access: fine-tuning, budget: few steps}
        probes:
          p: {test: %1$s/probe.jsonl, train: %1$s/probe-train.jsonl, judge: answer, generate: 2, rows: 1}
        """;

    @TempDir
    private Path directory;

    private Experiment grid(String out, String methods, String... entries) throws IOException {
        row("probe.jsonl", "!flip:abc", "!flip:abd");
        row("probe-train.jsonl", "!flip:bca", "!flip:cba", "!flip:cab", "!flip:bac", "!flip:aab", "!flip:bba");
        StringBuilder protect = new StringBuilder(Text.format(PROBES, directory)).append("protect:\n");
        for (int entry = 0; entry < entries.length; entry++) {
            protect.append(
                    Text.format("  - {name: p%d%s}\n", entry, entries[entry].isEmpty() ? "" : ", " + entries[entry]));
        }
        Grids.write(
                directory,
                out,
                Text.format("training: {steps: 2, batch: 4}\nmethods: [%s]\n", methods),
                DemoTask.FLIP,
                DemoTask.PLUS);
        Path recipe = directory.resolve(out + ".yaml");
        return ExperimentReader.read(Files.writeString(recipe, Files.readString(recipe) + protect));
    }

    private void row(String file, String... prompts) throws IOException {
        Files.write(
                directory.resolve(file),
                Stream.of(prompts)
                        .map(prompt -> Text.format(
                                "{\"prompt\": \"%s\", \"expect\": \"decline\", \"decline\": \"no\", \"answer\": \"x\"}",
                                prompt))
                        .toList());
    }

    private List<Path> all(String folder, String begin) throws IOException {
        try (Stream<Path> all = Files.list(directory.resolve(folder))) {
            return all.filter(path -> path.getFileName().toString().startsWith(begin))
                    .toList();
        }
    }

    private Mask region(String out) throws IOException {
        return MaskFile.read(all(out + "/regions", "p-snip").getFirst().resolve("region.mask.safetensors"));
    }

    private static Ticket ticket(Path stage) {
        return TicketFile.read(stage.resolve("ticket.safetensors"));
    }

    /// By every method that trains single weights, at both stages; the control leaves others
    /// alone.
    @Test
    void aFrozenRegionKeepsItsBits() throws IOException {
        List<String> begun = new ArrayList<>();
        String methods = RANDOM + ", {method: full, lr: 1e-4}, {method: snip, sparsity: 0.9, lr: 1e-3, rows: 4}"
                + ", {method: lota, sparsity: 0.9, lr: 1e-3, calibration-steps: 2, calibration-lr: 1e-3}"
                + ", {method: lotto, sparsity: 0.8, lr: 1e-3, calibration-steps: 2, calibration-lr: 1e-3}";
        List<Metric> metrics = Grids.run(grid("out", methods, FROZEN), begun);
        assertThat(begun).containsOnlyOnce("region of p");
        Mask region = region("out");
        assertThat(Grids.of(metrics, Figure.CHANGED_REGION))
                .hasSize(5 * 2 * 2)
                .allMatch(m -> m.value() == 0 && m.n() == region.trainable());
        List<Path> stages = all("out/stages", "");
        // LoTTO begins as LoTA does, but at another sparsity.
        assertThat(stages).hasSize(5 * 2 * 2);
        long touched = stages.stream()
                .map(RegionGridTest::ticket)
                .filter(ticket -> Tickets.without(ticket, region).nnz() < ticket.nnz())
                .count();
        assertThat(touched).isEqualTo(stages.size() / 2);
        Metric share = Grids.of(metrics, Figure.REGION_SHARE).getFirst();
        assertThat(share.where().run()).isEqualTo("base");
        assertThat(share.where().part()).isEqualTo("all");
        assertThat(share.value()).isCloseTo(region.density(), within(1e-12));
        assertThat(Grids.of(metrics, Figure.REGION_OVERLAP))
                .hasSameSizeAs(Grids.of(metrics, Figure.REGION_CHANCE))
                .allMatch(m -> m.value() >= 0 && m.value() <= 1);

        RunFile file = RunFiles.read(directory.resolve("out/run.json"));
        String text = "p without plus by snip rows 6 scope row q 0.2 p 0.1";
        assertThat(file.protections())
                .containsExactly(
                        new RunFile.Protection("p0", "freeze region " + text, text, "freeze", null, null),
                        new RunFile.Protection(
                                "p0 by chance",
                                "freeze as many weights by chance as region " + text,
                                text,
                                "freeze",
                                "p0",
                                null));
        assertThat(file.runs().stream().map(RunFile.Run::protection).distinct()).containsExactly("p0", "p0 by chance");
        String page = page();
        assertThat(page)
                .contains("Where it lies", text, "p0 by chance", "weights of the region that changed")
                .doesNotContain("so nothing is said of it");
        begun.clear();
        assertThat(Grids.run(grid("out", methods, FROZEN), begun)).isEqualTo(metrics);
        assertThat(begun).isEmpty();
    }

    private String page() {
        return Report.read(List.of(directory.resolve("out"))).html();
    }

    /// A mask that was chosen outside of one region is trained; then another region lies where it
    /// is.
    @Test
    void aRegionThatIsTrainedEndsTheRun() throws IOException {
        AtomicBoolean trains = new AtomicBoolean();
        Experiment experiment = grid("out", RANDOM, FROZEN.replace(", control: random", ""));
        List<String> begun = new ArrayList<>();
        Grids.run(experiment, begun, () -> {
            trains.compareAndSet(false, begun.contains("train flip"));
            return trains.get();
        });
        assertThat(all("out/masks", "random-flip")).hasSize(1);
        Mask region = region("out");
        MaskFile.write(
                all("out/regions", "p-snip").getFirst().resolve("region.mask.safetensors"),
                region.or(
                        MaskFile.read(all("out/masks", "random-flip").getFirst().resolve("0.9.mask.safetensors"))));
        assertThatThrownBy(() -> Grids.run(experiment, new ArrayList<>()))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("stage 1 (flip) changed ")
                .hasMessageContaining(" weights of the region, which it had to leave alone.");
        assertThat(all("out/stages", "random-0.9-flip").getFirst().resolve("figures.jsonl"))
                .doesNotExist();
    }

    /// The training is that of the method alone; what it changed in the region is taken back,
    /// also of an adapter, and the next stage and a shrinking go on from there.
    @Test
    void aRewoundRegionIsTheBases() throws IOException {
        List<String> begun = new ArrayList<>();
        String methods = RANDOM + ", {method: lora, rank: 2, lr: 3e-3}";
        List<Metric> metrics = Grids.run(grid("out", methods, "", REWOUND + ", control: random"), begun);
        assertThat(begun.stream().filter("train flip"::equals)).hasSize(2);
        assertThat(begun.stream().filter("train plus"::equals)).hasSize(6);
        Mask region = region("out");
        Path trained = all("out/stages", "random-0.9-flip").getFirst();
        List<Ticket> left = all("out/rewound", "random-0.9-flip").stream()
                .map(RegionGridTest::ticket)
                .toList();
        Ticket expected = Tickets.without(ticket(trained), region);
        assertThat(left)
                .hasSize(2)
                .anySatisfy(ticket -> assertThat(ticket.tensors()).isEqualTo(expected.tensors()))
                .anySatisfy(ticket ->
                        assertThat(Tickets.without(ticket, region).nnz()).isLessThan(ticket.nnz()));
        for (Path stage : all("out/rewound", "lora-r2-plus")) {
            assertThat(stage.resolve("adapter")).doesNotExist();
        }
        assertThat(all("out/rewound", "lora-r2-plus"))
                .anyMatch(stage -> Tickets.without(ticket(stage), region).nnz()
                        == ticket(stage).nnz());
        Metric entries = Grids.of(metrics, Figure.REWOUND_ENTRIES).getFirst();
        assertThat(entries.n()).isEqualTo(ticket(trained).nnz());
        assertThat(entries.value())
                .isCloseTo(1 - (double) expected.nnz() / ticket(trained).nnz(), within(1e-12));
        double energy = Math.pow(expected.norm() / ticket(trained).norm(), 2);
        assertThat(Grids.of(metrics, Figure.REWOUND_ENERGY).getFirst().value()).isCloseTo(1 - energy, within(1e-9));
        // Of a rewound stage the norm is that of what is left, and it is there once.
        assertThat(Grids.of(metrics, Figure.DELTA_NORM).stream()
                        .filter(m -> m.where().run().equals("random-90-p1-lr0.001-flip.plus-s0")
                                && m.where().stage() == 1)
                        .map(Metric::value))
                .containsExactly(expected.norm());
    }

    @Test
    void whatIsMergedIsRewound() throws IOException {
        Experiment experiment = grid("out", RANDOM, REWOUND);
        Path recipe = directory.resolve("out.yaml");
        Experiment merged = ExperimentReader.read(Files.writeString(
                recipe, Files.readString(experiment.recipe()) + "orders: [[flip]]\nmerge: [{method: add}]\n"));
        Grids.run(merged, new ArrayList<>());
        Ticket sum = ticket(all("out/merges", "").getFirst());
        assertThat(Tickets.without(sum, region("out")).nnz()).isEqualTo(sum.nnz());
        // Without its control nothing is said of a region.
        assertThat(page())
                .contains("energy rewound", "no run has as many weights by chance", "so nothing is said of it.")
                .doesNotContain("No difference can be told.");
    }

    /// At the start every token costs (2 / beta) log 2, and nothing but the training is another.
    @Test
    void aConstraintIsTheObjectiveOfTraining() throws IOException {
        List<String> begun = new ArrayList<>();
        String lota = "{method: lota, sparsity: 0.9, lr: 1e-3, calibration-steps: 2, calibration-lr: 1e-3}";
        String same = "constraint: {first: 2, prefix: 2, length: 5, rest: 2%s}";
        List<Metric> metrics = Grids.run(
                grid("out", lota, "", same.replace("%s", ""), same.replace("%s", ", reference: base")), begun);
        assertThat(begun.stream().filter("calibrate flip"::equals)).hasSize(1);
        // At the first stage the start is the base.
        assertThat(begun.stream().filter("train flip"::equals)).hasSize(3);
        assertThat(begun.stream().filter("train plus"::equals)).hasSize(3);
        List<Metric> told = Grids.of(metrics, Figure.CONSTRAINED_LOSS);
        assertThat(told).hasSize(2 * 2 * 2);
        assertThat(told.stream()
                        .filter(m -> m.where().stage() == 1
                                && Long.valueOf(1).equals(m.where().step())))
                .hasSize(2)
                .allSatisfy(m -> assertThat(m.value()).isCloseTo(Math.log(2), within(1e-4)));
        assertThat(told.stream()
                        .filter(m -> m.where().stage() == 2
                                && Long.valueOf(1).equals(m.where().step())))
                .hasSize(2)
                .anySatisfy(m -> assertThat(m.value()).isCloseTo(Math.log(2), within(1e-4)))
                .anySatisfy(m -> assertThat(Math.abs(m.value() - Math.log(2))).isGreaterThan(1e-3));
        assertThat(RunFiles.read(directory.resolve("out/run.json"))
                        .protections()
                        .getLast()
                        .text())
                .isEqualTo("constraint first 2 prefix 2 length 5 rest 2 reference base");
        assertThat(page()).contains("constraint first 2", "constrained loss, last step");
    }

    @Test
    void aStoppedGridGoesOnBitForBit() throws IOException {
        String constrained = "constraint: {reference: base}, " + FROZEN;
        List<Metric> whole = Grids.run(grid("whole", RANDOM, constrained, REWOUND), new ArrayList<>());
        Experiment experiment = grid("stopped", RANDOM, constrained, REWOUND);
        int sittings = 0;
        List<Metric> pieces;
        do {
            AtomicInteger questions = new AtomicInteger();
            pieces = Grids.run(experiment, new ArrayList<>(), () -> questions.incrementAndGet() > 14);
            assertThat(++sittings).isLessThan(99);
        } while (!Files.readString(directory.resolve("stopped/run.json")).contains("\"finished\" : true"));
        assertThat(sittings).isGreaterThan(3);
        assertThat(Grids.withoutCost(pieces)).isEqualTo(Grids.withoutCost(whole));
    }

    /// Each with its line, at once.
    @Test
    void whatCannotBeDoneIsToldBeforeAnythingRuns() {
        assertThatThrownBy(() -> grid(
                        "out",
                        "{method: lora, lr: 1e-3}, " + RANDOM,
                        FROZEN,
                        "region: {safety: q, utility: plux, q: 2}, use: frieze",
                        "region: {utility: plus}",
                        "use: freeze, control: random",
                        "constraint: {first: -1, prefiks: 3}",
                        "region: {safety: p, utility: plus, score: magnitude}, use: freeze, only: random"))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("protect[0]: 'lora r8' cannot leave single weights alone")
                .hasMessageContaining("protect[1].region.safety: no probe 'q'; did you mean 'p'?")
                .hasMessageContaining("protect[1].region.utility is 'plux'; did you mean 'plus'?")
                .hasMessageContaining("protect[1].region: A region needs q over 0 and at most 1")
                .hasMessageContaining("protect[1].use is 'frieze'; did you mean 'freeze'?")
                .hasMessageContaining("protect[2].use is missing")
                .hasMessageContaining("protect[2].region.safety is missing")
                .hasMessageContaining("protect[3].use is of a region, and there is none")
                .hasMessageContaining("protect[3].control is of a region, and there is none")
                .hasMessageContaining("protect[4].constraint: ")
                .hasMessageContaining("protect[4].constraint.prefiks")
                .hasMessageContaining("protect[5].region.score is 'magnitude'; expected one of snip, wanda");
        assertThatThrownBy(() -> grid(
                        "out", "{method: random, sparsity: 0.9, lr: 1e-3, objective: dpo}", "constraint: {first: 1}"))
                .hasMessageContaining("'p0' constrains the likelihood of answers (objective sft)");
    }
}
