package io.lota4j.campaign;

import io.lota4j.Processes;
import io.lota4j.cli.Main;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A command line in a JVM of its own, on the class path of the tests.
///
/// @param arguments of `lota`
/// @param process that runs them
/// @param log what it prints on either stream
record LotaProcess(List<String> arguments, Process process, Path log) {
    /// The exit code of a process that `SIGKILL` has ended.
    static final int KILLED = 128 + 9;

    /// A compiler that is quick to begin: what is killed is to get somewhere before.
    private static final List<String> FLAGS = List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--add-modules=jdk.incubator.vector",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx512m");

    private static final int MINUTES = 5;

    /// What [#start] starts, to be changed before.
    static ProcessBuilder builder(Path folder, List<String> arguments) {
        ProcessBuilder builder = Processes.java(FLAGS, Main.class, arguments.toArray(String[]::new));
        builder.environment().put("OMP_WAIT_POLICY", "PASSIVE");
        return builder.directory(folder.toFile()).redirectErrorStream(true);
    }

    /// Starts a command.
    ///
    /// @param folder its working directory
    /// @param log is replaced
    static LotaProcess start(Path folder, Path log, List<String> arguments) throws IOException {
        return start(builder(folder, arguments), log, arguments);
    }

    /// @param builder made by [#builder]
    static LotaProcess start(ProcessBuilder builder, Path log, List<String> arguments) throws IOException {
        return new LotaProcess(arguments, builder.redirectOutput(log.toFile()).start(), log);
    }

    /// Waits for the end.
    ///
    /// @return the exit code
    int await() throws InterruptedException {
        if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
            process.destroyForcibly().waitFor();
            throw new AssertionError("lota " + String.join(" ", arguments) + " did not end within minutes");
        }
        return process.exitValue();
    }

    /// Ends the process by `SIGKILL`, if it has not ended yet.
    ///
    /// @return the exit code, [#KILLED] when the signal was first
    int kill() throws InterruptedException {
        return process.destroyForcibly().waitFor();
    }

    /// What it has printed.
    String output() throws IOException {
        return new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
    }
}
