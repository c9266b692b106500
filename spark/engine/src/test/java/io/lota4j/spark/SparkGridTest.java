package io.lota4j.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.demo.DemoData;
import io.lota4j.demo.DemoFiles;
import io.lota4j.demo.DemoTask;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric;
import io.lota4j.metrics.MetricsFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Experiments, with a task a work.
class SparkGridTest {
    private static final String CLUSTER = "local-cluster[2,1,1024]";

    /// What differs from sitting to sitting.
    private static final Set<Figure> COST =
            EnumSet.of(Figure.TRAIN_SECONDS, Figure.CALIBRATION_SECONDS, Figure.PEAK_MEMORY);

    private static final String GRID = """
        training: {steps: 3, batch: 4}
        orders: [[flip, plus]]
        methods:
          - {method: lota, sparsity: [0.9, 0.99], lr: 1e-3, calibration-steps: 2, calibration-lr: 3e-4}
          - {method: lora, rank: 2, lr: 1e-3}
        merge:
          - {method: add, of: lora}
        """;

    /// Long enough to be interrupted.
    private static final String LONG = """
        training: {steps: 150, batch: 8}
        orders: [[flip]]
        methods:
          - {method: random, sparsity: 0.9, lr: 1e-3}
        """;

    @TempDir
    private static Path directory;

    private static CommandLine run(Path recipe) {
        return new CommandLine(directory, "run", recipe.toString());
    }

    @BeforeAll
    static void writeBase() throws IOException {
        DemoFiles.writeBase(directory.resolve("base"));
        for (DemoTask task : List.of(DemoTask.FLIP, DemoTask.PLUS)) {
            DemoFiles.writeTask(directory, new DemoData(DemoData.DEFAULT_SEED), task);
        }
    }

    private static Path recipe(String out, String rest) throws IOException {
        StringBuilder text = new StringBuilder(
                "base: %s\nout: %s\ntasks:\n".formatted(directory.resolve("base"), directory.resolve(out)));
        for (DemoTask task : List.of(DemoTask.FLIP, DemoTask.PLUS)) {
            text.append("""
                  %1$s:
                    train: %2$s/%1$s-train.jsonl
                    test: %2$s/%1$s-test.jsonl
                    train-rows: 32
                    test-rows: 4
                    prompt: "{prompt}"
                    completion: "{completion}"
                    generate: 1
                """.formatted(task.taskName(), directory));
        }
        return Files.writeString(directory.resolve(out + ".yaml"), text + rest);
    }

    private static List<Metric> metrics(String out) {
        List<Metric> metrics =
                new ArrayList<>(MetricsFile.read(directory.resolve(out).resolve("metrics.jsonl")));
        metrics.removeIf(metric -> COST.contains(metric.figure()));
        return metrics;
    }

    private static Map<Path, String> results(String out) throws IOException {
        Path root = directory.resolve(out);
        Map<Path, String> results = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".safetensors")).toList()) {
                results.put(root.relativize(file), Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        assertThat(results).isNotEmpty();
        return results;
    }

    private static void assertSame(String out, String plain) throws IOException {
        assertThat(metrics(out)).isEqualTo(metrics(plain)).isNotEmpty();
        assertThat(results(out).keySet()).isEqualTo(results(plain).keySet());
        assertThat(results(out).equals(results(plain))).as("the same bytes").isTrue();
        assertThat(directory.resolve(out).resolve(".apart")).doesNotExist();
    }

    @Test
    void everyWayOfRunningGivesTheSameBytes() throws IOException, InterruptedException {
        run(recipe("plain", GRID)).plain().done();
        run(recipe("local", GRID)).spark("local[1]").done();
        assertSame("local", "plain");
        String log = run(recipe("cluster", GRID)).spark(CLUSTER).done();
        assertSame("cluster", "plain");
        // Two processes, neither of them the driver.
        assertThat(log.lines()
                        .filter(line -> line.startsWith("lota: done on "))
                        .map(line -> line.replaceFirst(".*, process ([0-9]+): .*", "$1"))
                        .distinct())
                .as(log)
                .hasSize(2);
        String again = run(directory.resolve("cluster.yaml")).spark("local[1]").done();
        assertThat(again).contains("Done: ").doesNotContain("lota: done on ");
    }

    @Test
    void worksOfProcessesThatAreKilledAreDoneAgain() throws IOException, InterruptedException {
        run(recipe("long", LONG)).plain().done();
        CommandLine.Running running = run(recipe("killed", LONG)).spark(CLUSTER);
        running.await(() -> isBegun("killed"));
        List<ProcessHandle> executors = running.executors();
        assertThat(executors).isNotEmpty();
        executors.forEach(ProcessHandle::destroyForcibly);
        String log = running.done();
        assertThat(log).contains("Lost executor");
        assertSame("killed", "long");
    }

    /// Whether an executor trains.
    private static boolean isBegun(String out) {
        Path apart = directory.resolve(out).resolve(".apart");
        if (!Files.isDirectory(apart)) {
            return false;
        }
        try (Stream<Path> files = Files.walk(apart, 3)) {
            return files.anyMatch(file -> apart.relativize(file).toString().matches("[^/]+/stages/.+"));
        } catch (UncheckedIOException | IOException movedMeanwhile) {
            return false;
        }
    }

    /// The driver knows the base by then, and no executor is there yet.
    @Test
    void anExecutorWithAnotherBaseIsRefused() throws IOException, InterruptedException {
        Path base = directory.resolve("other-base");
        DemoFiles.writeBase(base);
        Path recipe = recipe("other", LONG);
        Files.writeString(
                recipe, Files.readString(recipe).replace("base: " + directory.resolve("base"), "base: " + base));
        CommandLine.Running running = run(recipe).spark(CLUSTER);
        running.await(() -> Files.exists(directory.resolve("other/run.json")));
        Path weights = base.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        bytes[bytes.length - 1] ^= 1;
        Files.move(
                Files.write(directory.resolve("changed"), bytes),
                weights,
                StandardCopyOption.REPLACE_EXISTING,
                StandardCopyOption.ATOMIC_MOVE);
        String log = running.end();
        assertThat(running.process().exitValue()).as(log).isEqualTo(1);
        assertThat(log)
                .containsPattern(
                        "lota: .*, on .*, process [0-9]+: .*other-base holds another base here: its fingerprint is"
                                + " [0-9a-f]{64}, expected [0-9a-f]{64}");
    }

    /// By the launcher of a clone, which asks Spark's how to start.
    @Test
    void aPlanSaysTasksMemoryAndWhatTravels() throws IOException, InterruptedException {
        String log = run(recipe("planned", GRID))
                .launched("--on", "spark", "--master", "local-cluster[2,3,1024]", "--dry-run")
                .done();
        assertThat(log)
                .contains("Spark at local-cluster[2,3,1024]: 11 of 11 works are left, each a task; at most 4 of them")
                .contains("A task takes its executor's 3 cores and about ")
                .contains("travels the recipe, ");
        assertThat(directory.resolve("planned/metrics.jsonl")).doesNotExist();
    }
}
