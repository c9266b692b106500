package io.lota4j.kernel.choice;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.LotaException;
import io.lota4j.Processes;
import io.lota4j.internal.kernel.MaskedKernel;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What is chosen with and without the Vector API: in a JVM of its own, since modules are a JVM's for good.
class KernelChoiceTest {
    /// Prints what each choice opens, or why it opens nothing.
    public static final class Main {
        private Main() {}

        public static void main(String[] arguments) {
            for (KernelChoice choice : List.of(KernelChoice.AUTO, KernelChoice.JAVA, KernelChoice.VECTOR)) {
                try (MaskedKernel kernel = choice.open()) {
                    System.out.println(choice + " " + kernel.name());
                } catch (LotaException e) {
                    System.out.println(choice + " " + e.getMessage());
                }
            }
        }
    }

    @Test
    void withTheVectorApi() throws IOException, InterruptedException {
        assertThat(run("--add-modules=jdk.incubator.vector")).endsWith("AUTO vector", "JAVA java", "VECTOR vector");
    }

    @Test
    void withoutTheVectorApi() throws IOException, InterruptedException {
        assertThat(run())
                .containsExactly(
                        "AUTO java",
                        "JAVA java",
                        "VECTOR The vector kernel needs the module jdk.incubator.vector, which this JVM was started"
                                + " without; add --add-modules jdk.incubator.vector.");
    }

    private static List<String> run(String... flags) throws IOException, InterruptedException {
        return Processes.output(Processes.java(List.of(flags), Main.class))
                .lines()
                .toList();
    }
}
