package io.lota4j.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.apache.spark.launcher.JavaModuleOptions;

/// A command of `lota`. It starts the jar that is given away, with Spark's jars, in processes of their own. Executors of
/// `local-cluster` are JVMs of their own too, as on a cluster: they load natives and find service files by Spark's class
/// loaders.
///
/// @param directory to work in
record CommandLine(Path directory, String... words) {
    private static final Path JAR = Path.of(System.getProperty("lota.spark.jar"));
    private static final Path HOME =
            Path.of(System.getProperty("lota.spark.home")).toAbsolutePath().normalize();
    private static final Path LAUNCHER = Path.of(System.getProperty("lota.launcher"));

    /// A command line that is running.
    record Running(Process process, Path log) {
        String end() throws IOException, InterruptedException {
            process.waitFor();
            return Files.readString(log);
        }

        /// What it has printed when it has ended well.
        String done() throws IOException, InterruptedException {
            String printed = end();
            assertThat(process.exitValue()).as(printed).isZero();
            return printed;
        }

        void await(BooleanSupplier what) throws IOException, InterruptedException {
            while (!what.getAsBoolean()) {
                assertThat(process.isAlive()).as(Files.readString(log)).isTrue();
                Thread.sleep(20);
            }
        }

        List<ProcessHandle> executors() {
            return process.descendants()
                    .filter(child -> child.info().commandLine().orElse("").contains("CoarseGrainedExecutorBackend"))
                    .toList();
        }
    }

    /// In one process.
    Running plain() throws IOException {
        return java(JAR + ":" + HOME.resolve("jars") + "/*", "io.lota4j.cli.Main");
    }

    /// What `spark-submit` starts.
    Running spark(String master) throws IOException {
        return java(
                HOME.resolve("jars") + "/*",
                "org.apache.spark.deploy.SparkSubmit",
                "--master",
                master,
                "--class",
                Main.class.getName(),
                JAR.toString());
    }

    /// By the launcher of a clone.
    Running launched(String... more) throws IOException {
        return start(List.of("bash", LAUNCHER.toString()), more);
    }

    /// On one processor, as the executors are.
    private Running java(String classPath, String... program) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                Arrays.asList(JavaModuleOptions.defaultModuleOptions().trim().split("\\s+")));
        command.addAll(List.of("-XX:ActiveProcessorCount=1", "-Xmx512m", "--enable-native-access=ALL-UNNAMED", "-cp"));
        command.add(classPath);
        command.addAll(List.of(program));
        return start(command);
    }

    private Running start(List<String> program, String... more) throws IOException {
        Path log = Files.createTempFile(directory, "run", ".log");
        List<String> command = new ArrayList<>(program);
        command.addAll(List.of(words));
        command.addAll(List.of(more));
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
}
