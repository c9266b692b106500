package io.lota4j.internal.kernel.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lota4j.LotaException;
import io.lota4j.Processes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What somebody without a card or a driver is told. In a JVM of its own: a driver that was looked for once is
/// there, or not, for good.
class WithoutCardTest {
    /// Prints why there is no CUDA, then what the constructor says.
    public static final class Main {
        private Main() {}

        public static void main(String[] arguments) {
            if (arguments.length > 0) {
                System.load(arguments[0]);
            }
            System.out.println(CudaKernel.unavailable().orElse("available"));
            try (CudaKernel kernel = new CudaKernel()) {
                System.out.println(kernel.description());
            } catch (LotaException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    @Test
    void withoutDriver() throws IOException, InterruptedException {
        List<String> lines = run("1");
        assumeTrue(!lines.getFirst().equals("available"), "there is a CUDA driver on this machine");
        assumeTrue(!lines.getFirst().contains("CUDA_ERROR"), "there is a CUDA driver on this machine");
        assertThat(lines)
                .containsExactly(
                        "there is no CUDA driver (libcuda.so.1 was not found)",
                        "The CUDA kernel cannot run here: there is no CUDA driver (libcuda.so.1 was not found).");
    }

    @Test
    void withDriverAndWithoutCard() throws IOException, InterruptedException {
        Path library = StandIn.load();
        assertThat(run("0", library.toString()))
                .containsExactly(
                        "the CUDA driver finds no card (CUDA_ERROR_NO_DEVICE)",
                        "The CUDA kernel cannot run here: the CUDA driver finds no card (CUDA_ERROR_NO_DEVICE).");
    }

    /// The same probe says yes where there is a card: the two cases above are not all that it can say.
    @Test
    void withDriverAndCard() throws IOException, InterruptedException {
        Path library = StandIn.load();
        List<String> lines = run("1", library.toString());
        assertThat(lines).hasSize(2).startsWith("available");
        assertThat(lines.getLast()).contains("stand-in", "compute capability", "driver for CUDA");
    }

    private static List<String> run(String cards, String... arguments) throws IOException, InterruptedException {
        ProcessBuilder builder = Processes.java(List.of("--enable-native-access=ALL-UNNAMED"), Main.class, arguments);
        builder.environment().put("LOTA_STANDIN_DEVICES", cards);
        return Processes.output(builder).lines().toList();
    }
}
