package io.lota4j.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.Calibration;
import io.lota4j.EvalOptions;
import io.lota4j.Generation;
import io.lota4j.Lota;
import io.lota4j.MergeOptions;
import io.lota4j.ProcessUse;
import io.lota4j.Processes;
import io.lota4j.RowOptions;
import io.lota4j.data.Dataset;
import io.lota4j.export.ExportOptions;
import io.lota4j.export.Exports;
import io.lota4j.internal.Sha256;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.AtomicFile;
import io.lota4j.kernel.choice.KernelChoice;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskFile;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import io.lota4j.train.RunObserver;
import io.lota4j.train.StateFile;
import io.lota4j.train.TrainConfig;
import io.lota4j.train.attribution.Fisher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Many runs in one process, as a server's of a working day: memory, open files, threads and temporary files do not
/// grow with them, and the last has the bytes of the first. `MemoryGrowthTest` proves that the counts see a leak.
///
/// `-Dcampaign.runs=N` sets how many.
@EnabledOnOs(OS.LINUX)
class LongLifeCampaign {
    private static final int RUNS = Campaigns.amount("runs", 2000);
    /// The small base's weights as F32, in bytes: of what a run may leave, the least that matters.
    private static final long MODEL = 128_000L * Float.BYTES;
    /// What the process's own use wavers by, of open files, threads and mappings.
    private static final int SOME = 8;

    private static final List<String> FLAGS = List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-XX:+UseSerialGC",
            "-Xms128m",
            "-Xmx128m",
            "-XX:TieredStopAtLevel=1");

    @TempDir
    private static Path folder = Path.of("");

    @BeforeAll
    static void prepare() throws IOException, InterruptedException {
        Inputs.write(folder, 128);
    }

    @Test
    void theLastRunsUseNoMoreThanThoseBeforeThem() throws IOException, InterruptedException {
        ProcessBuilder builder =
                Processes.java(FLAGS, Day.class, folder.toRealPath().toString(), Integer.toString(RUNS));
        builder.environment().put("OMP_WAIT_POLICY", "PASSIVE");
        Path scratch = folder.resolve("tmp");
        Files.createDirectory(scratch);
        builder.environment().put("TMPDIR", scratch.toString());
        builder.command().add(1, "-Djava.io.tmpdir=" + scratch);
        List<String> lines = Processes.output(builder).lines().toList();
        List<ProcessUse> uses = new ArrayList<>();
        for (String line : lines) {
            if (line.startsWith("use ")) {
                uses.add(ProcessUse.of(line.substring("use ".length())));
            } else if (line.startsWith("runs ")) {
                Campaigns.say(line);
            }
        }
        Campaigns.say(table(uses));
        assertThat(lines).noneMatch(line -> line.startsWith("differs "));
        assertThat(uses).hasSize(Day.LOOKS);
        int third = Day.LOOKS / 3;
        ProcessUse growth = least(uses.subList(2 * third, Day.LOOKS)).minus(least(uses.subList(third, 2 * third)));
        assertThat(growth.bytes()).as("bytes outside of the heap").isLessThan(4 * MODEL);
        assertThat(growth.heap()).as("bytes of objects").isLessThan(4 * MODEL);
        assertThat(growth.files()).as("open files").isLessThan(SOME);
        assertThat(growth.threads()).as("threads").isLessThan(SOME);
        assertThat(growth.mappings()).as("mapped files").isLessThan(SOME);
        assertThat(scratch).isEmptyDirectory();
    }

    /// The least of each: what waits for the collector, or for the allocator to be given back, is no growth.
    private static ProcessUse least(List<ProcessUse> uses) {
        return uses.stream()
                .reduce((one, other) -> new ProcessUse(
                        Math.min(one.bytes(), other.bytes()),
                        Math.min(one.heap(), other.heap()),
                        Math.min(one.files(), other.files()),
                        Math.min(one.threads(), other.threads()),
                        Math.min(one.mappings(), other.mappings())))
                .orElseThrow();
    }

    private static String table(List<ProcessUse> uses) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("after", "bytes outside of the heap", "of objects", "open files", "threads", "mappings"));
        for (int count = 0; count < uses.size(); count++) {
            ProcessUse use = uses.get(count);
            rows.add(List.of(
                    Text.format("%d of %d", count + 1, uses.size()),
                    Text.format("%,d", use.bytes()),
                    Text.format("%,d", use.heap()),
                    Long.toString(use.files()),
                    Long.toString(use.threads()),
                    Long.toString(use.mappings())));
        }
        return Campaigns.table(rows);
    }

    /// What the other process does: runs of all kinds, one after another.
    static final class Day {
        private static final TrainConfig CONFIG =
                TrainConfig.of(2, 1e-3).batchSize(2).build();
        private static final RowOptions ROWS =
                RowOptions.templates("{prompt}", "{completion}").limit(4);
        /// Times that the process is looked at.
        static final int LOOKS = 18;

        private final Path folder;
        private final Path work;
        private final Map<String, Run> kinds = new LinkedHashMap<>();
        private final Map<String, Map<String, Integer>> results = new TreeMap<>();

        /// One run.
        private interface Run {
            /// @return what came of it
            String run() throws IOException;
        }

        private Day(Path folder) {
            this.folder = folder;
            this.work = folder.resolve("work");
            kinds.put("train", this::train);
            kinds.put("calibrate", this::calibrate);
            kinds.put("choose", this::choose);
            kinds.put("evaluate", this::evaluate);
            kinds.put("answer", this::answer);
            kinds.put("apply and export", this::apply);
            kinds.put("merge", this::merge);
        }

        public static void main(String[] args) throws IOException {
            new Day(Path.of(args[0])).run(Integer.parseInt(args[1]));
        }

        private void run(int runs) throws IOException {
            List<String> names = List.copyOf(kinds.keySet());
            Files.createDirectory(work);
            TicketFile.write(folder.resolve("small"), trained(RunObserver.NONE, StateFile.NONE));
            for (int number = 0; number < runs; number++) {
                String name = names.get(number % names.size());
                String result = kinds.getOrDefault(name, () -> "").run();
                results.computeIfAbsent(name, kind -> new TreeMap<>()).merge(result, 1, Integer::sum);
                SortedSet<String> left = Tree.names(work);
                if (!left.isEmpty()) {
                    System.out.println("differs " + name + " leaves " + left);
                }
                if ((number + 1) * LOOKS / runs > number * LOOKS / runs) {
                    System.out.println("use " + ProcessUse.now(folder).text());
                }
            }
            results.forEach((kind, found) -> {
                System.out.println("runs " + kind + " " + found.values());
                if (found.size() > 1) {
                    System.out.println("differs " + kind + " " + found);
                }
            });
        }

        private Lota open() {
            return Lota.open(folder.resolve("base"), KernelChoice.JAVA, MemoryPolicy.KEEP);
        }

        private Dataset rows(Lota lota) {
            return lota.data(folder.resolve("flip-train.jsonl"), ROWS);
        }

        private Ticket trained(RunObserver observer, StateFile state) {
            try (Lota lota = open()) {
                Mask mask = MaskFile.read(folder.resolve("mask"));
                return lota.train(rows(lota), mask, CONFIG, observer, state).result();
            }
        }

        private String digest(Path file) throws IOException {
            String digest = Sha256.ofFile(file);
            AtomicFile.delete(file);
            return digest;
        }

        private String train() throws IOException {
            StateFile state = StateFile.at(work.resolve("state")).every(1);
            Path file = work.resolve("ticket");
            TicketFile.write(file, trained(RunObserver.NONE, state));
            state.forget();
            return digest(file);
        }

        private String calibrate() {
            try (Lota lota = open()) {
                return lota.calibrate(rows(lota), Calibration.of(0.9), CONFIG)
                        .result()
                        .sha256();
            }
        }

        private String choose() {
            try (Lota lota = open()) {
                return lota.mask(new Fisher(), rows(lota), Calibration.of(0.9)).sha256();
            }
        }

        private String evaluate() {
            try (Lota lota = open()) {
                return Double.toString(
                        lota.evaluate(rows(lota), List.of(), EvalOptions.LOSSES).loss());
            }
        }

        private String answer() {
            try (Lota lota = open()) {
                return lota.answer("flip:ab", List.of(TicketFile.read(folder.resolve("small"))), Generation.greedy(4))
                        .text();
            }
        }

        private String apply() throws IOException {
            try (Lota lota = open()) {
                Ticket ticket = TicketFile.read(folder.resolve("small"));
                lota.apply(ticket, work.resolve("applied"));
                lota.export(Exports.of("peft"), List.of(ticket), ExportOptions.DEFAULTS, work.resolve("peft"));
            }
            String digest = Sha256.ofFile(work.resolve("applied/model.safetensors"));
            AtomicFile.deleteTree(work.resolve("applied"));
            AtomicFile.deleteTree(work.resolve("peft"));
            return digest;
        }

        private String merge() throws IOException {
            Path small = folder.resolve("small");
            Path merged = work.resolve("merged");
            Lota.merge(List.of(small, small), MergeOptions.by("ties"), merged);
            return digest(merged);
        }
    }
}
