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
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.spark.launcher.JavaModuleOptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Starts the jar that is given away, with Spark's jars, in processes of their own. Executors of `local-cluster` are
/// JVMs of their own too, as on a cluster: they load natives and find service files by Spark's class loaders.
class SparkGridTest {
    private static final Path JAR = Path.of(System.getProperty("lota.spark.jar"));
    private static final Path HOME =
            Path.of(System.getProperty("lota.spark.home")).toAbsolutePath().normalize();
    private static final Path LAUNCHER = Path.of(System.getProperty("lota.launcher"));
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

    /// A command line that is running.
    private record Running(Process process, Path log) {
        String end() throws IOException, InterruptedException {
            process.waitFor();
            return Files.readString(log);
        }

        void await(BooleanSupplier what) throws IOException, InterruptedException {
            while (!what.getAsBoolean()) {
                assertThat(process.isAlive()).as(Files.readString(log)).isTrue();
                Thread.sleep(20);
            }
        }
    }

    /// On one processor, as the executors are.
    private static Running java(List<String> words, String... more) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                Arrays.asList(JavaModuleOptions.defaultModuleOptions().trim().split("\\s+")));
        command.addAll(List.of("-XX:ActiveProcessorCount=1", "-Xmx512m", "--enable-native-access=ALL-UNNAMED", "-cp"));
        command.addAll(words);
        command.addAll(List.of(more));
        return start(command);
    }

    private static Running start(List<String> command) throws IOException {
        Path log = Files.createTempFile(directory, "run", ".log");
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .directory(directory.toFile());
        // The version is what bin/load-spark-env.sh of a distribution sets.
        builder.environment()
                .putAll(Map.of(
                        "SPARK_HOME",
                        HOME.toString(),
                        "SPARK_SCALA_VERSION",
                        "2.13",
                        "SPARK_LOCAL_IP",
                        "127.0.0.1",
                        "OMP_WAIT_POLICY",
                        "PASSIVE"));
        return new Running(builder.start(), log);
    }

    /// What `spark-submit` starts.
    private static Running spark(Path recipe, String master, String... more) throws IOException {
        return java(
                List.of(
                        HOME.resolve("jars") + "/*",
                        "org.apache.spark.deploy.SparkSubmit",
                        "--master",
                        master,
                        "--class",
                        Main.class.getName(),
                        JAR.toString(),
                        "run",
                        recipe.toString()),
                more);
    }

    private static String plain(Path recipe) throws IOException, InterruptedException {
        String path = JAR + ":" + HOME.resolve("jars") + "/*";
        return done(java(List.of(path, "io.lota4j.cli.Main", "run", recipe.toString())));
    }

    private static String done(Running running) throws IOException, InterruptedException {
        String log = running.end();
        assertThat(running.process().exitValue()).as(log).isZero();
        return log;
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
        plain(recipe("plain", GRID));
        done(spark(recipe("local", GRID), "local[1]"));
        assertSame("local", "plain");
        String log = done(spark(recipe("cluster", GRID), CLUSTER));
        assertSame("cluster", "plain");
        // Two processes, neither of them the driver.
        assertThat(log.lines()
                        .filter(line -> line.startsWith("lota: done on "))
                        .map(line -> line.replaceFirst(".*, process ([0-9]+): .*", "$1"))
                        .distinct())
                .as(log)
                .hasSize(2);
        String again = done(spark(directory.resolve("cluster.yaml"), "local[1]"));
        assertThat(again).contains("Done: ").doesNotContain("lota: done on ");
    }

    @Test
    void worksOfProcessesThatAreKilledAreDoneAgain() throws IOException, InterruptedException {
        plain(recipe("long", LONG));
        Running running = spark(recipe("killed", LONG), CLUSTER);
        running.await(() -> isBegun("killed"));
        List<ProcessHandle> executors = running.process()
                .descendants()
                .filter(process -> process.info().commandLine().orElse("").contains("CoarseGrainedExecutorBackend"))
                .toList();
        assertThat(executors).isNotEmpty();
        executors.forEach(ProcessHandle::destroyForcibly);
        String log = done(running);
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
        Running running = spark(recipe, CLUSTER);
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
        String log = done(start(List.of(
                "bash",
                LAUNCHER.toString(),
                "run",
                recipe("planned", GRID).toString(),
                "--on",
                "spark",
                "--master",
                "local-cluster[2,3,1024]",
                "--dry-run")));
        assertThat(log)
                .contains("Spark at local-cluster[2,3,1024]: 11 of 11 works are left, each a task; at most 4 of them")
                .contains("A task takes its executor's 3 cores and about ")
                .contains("travels the recipe, ");
        assertThat(directory.resolve("planned/metrics.jsonl")).doesNotExist();
    }
}
