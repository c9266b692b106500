package io.lota4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Other programs, and JVMs of their own for what is a JVM's for good.
public final class Processes {
    private Processes() {}

    /// What a program prints on either stream, once it has ended well.
    public static String output(ProcessBuilder builder) throws IOException, InterruptedException {
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor())
                .as("%s says: %s", builder.command().getFirst(), output)
                .isZero();
        return output;
    }

    /// A `main` method on this JVM's class path.
    ///
    /// @param flags of the JVM
    public static ProcessBuilder java(List<String> flags, Class<?> main, String... arguments) {
        return java(flags, main.getName(), arguments);
    }

    /// As the other method, of a class that need not be there when this is compiled.
    public static ProcessBuilder java(List<String> flags, String main, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command);
    }
}
