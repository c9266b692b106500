package io.lota4j.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.Processes;
import io.lota4j.campaign.HostileRun.Tally;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Hostile inputs of every format that the product reads: each is read, or refused by a
/// [io.lota4j.LotaException], in less than five seconds, by a process that never has more than 512 MiB in memory.
///
/// Settings are system properties: `campaign.inputs` in all, `campaign.seed`, `campaign.formats` apart by commas,
/// `campaign.jvms` at a time, `campaign.scratch`, a folder where many small files are written.
class HostileInputsCampaign {
    /// Heap, beside what the JVM itself and native code take, all of which [HostileRun] counts.
    private static final List<String> FLAGS = List.of(
            "-Xmx256m",
            "-XX:MaxDirectMemorySize=64m",
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "--add-modules=jdk.incubator.vector",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=error");

    /// After so many ends of its JVM, a format is left.
    private static final int MOST_ENDS = 20;

    private final long inputs = Long.getLong("campaign.inputs", 1_000_000);
    private final long seed = Long.getLong("campaign.seed", 1);
    private final Path results = Path.of("target", "campaign", "hostile").toAbsolutePath();

    @Test
    void everyInputIsReadOrRefused() throws Exception {
        AtomicFile.deleteTree(results);
        Files.createDirectories(results);
        String asked = System.getProperty("campaign.formats", "");
        List<String> formats = asked.isEmpty() ? HostileFormats.names() : Arrays.asList(asked.split(","));
        List<Future<String>> rows = new ArrayList<>();
        try (ExecutorService two = Executors.newFixedThreadPool(Integer.getInteger("campaign.jvms", 2))) {
            for (String format : formats) {
                Callable<String> work = () -> row(format);
                rows.add(two.submit(work));
            }
        }
        StringBuilder table = new StringBuilder(
                "| format | inputs | accepted | refused | faults | inputs a second | slowest | most allocated by one |"
                        + " peak memory |\n"
                        + "|---|---|---|---|---|---|---|---|---|\n");
        for (Future<String> row : rows) {
            table.append(row.get());
        }
        Files.writeString(results.resolve("table.md"), table);
        System.out.println(table);
        try (Stream<Path> files = Files.list(results)) {
            assertThat(files.filter(file -> file.toString().endsWith(".fault")).sorted())
                    .as("faults, with their inputs beside them")
                    .isEmpty();
        }
    }

    /// Reads all inputs of a format, going on behind one that ends a JVM.
    private String row(String name) throws IOException, InterruptedException {
        long count = HostileFormats.share(name, inputs);
        long start = System.nanoTime();
        Tally all = new Tally();
        long from = 0;
        for (int ends = 0; from < count && ends < MOST_ENDS; ends++) {
            int code = run(name, from, count);
            Tally part = Tally.of(Files.readString(HostileRun.tally(results, name)));
            add(all, part);
            from = code == 0 ? count : HostileRun.at(results, name).getLong(0) + 1;
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        return Text.format(
                "| %s | %,d | %,d | %,d | %,d | %,.0f | %.2f s | %,d MiB | %,d MiB |%n",
                name,
                from,
                all.accepted,
                all.refused,
                all.faults,
                from / seconds,
                all.slowestNanos / 1e9,
                all.mostAllocated >> 20,
                all.peak >> 20);
    }

    private static void add(Tally all, Tally part) {
        all.accepted += part.accepted;
        all.refused += part.refused;
        all.faults += part.faults;
        all.slowestNanos = Math.max(all.slowestNanos, part.slowestNanos);
        all.mostAllocated = Math.max(all.mostAllocated, part.mostAllocated);
        all.peak = Math.max(all.peak, part.peak);
    }

    private int run(String name, long from, long to) throws IOException, InterruptedException {
        Files.writeString(HostileRun.tally(results, name), new Tally().toString());
        Path folder = Files.createTempDirectory(scratch(), "lota-hostile-" + name);
        try {
            Path log = results.resolve(name + ".log");
            int code = Processes.java(
                            FLAGS,
                            HostileRun.class,
                            name,
                            Long.toString(seed),
                            Long.toString(from),
                            Long.toString(to),
                            folder.toString(),
                            results.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start()
                    .waitFor();
            if (code != 0 && code != HostileRun.HUNG) {
                crashed(name, folder, code, log);
            }
            return code;
        } finally {
            AtomicFile.deleteTree(folder);
        }
    }

    private void crashed(String name, Path folder, int code, Path log) throws IOException {
        long number = HostileRun.at(results, name).getLong(0);
        AtomicFile.deleteTree(folder);
        byte[] input = Mutations.of(HostileFormats.of(name, Files.createDirectories(folder)), seed, number)
                .bytes();
        HostileRun.keep(
                results, name, number, input, "The JVM ended with code " + code + ":\n" + Files.readString(log));
    }

    private static Path scratch() {
        return Path.of(System.getProperty("campaign.scratch", System.getProperty("java.io.tmpdir")));
    }
}
