package io.lota4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The library inside another program: [Host].
class HostTest {
    @TempDir
    private Path folder = Path.of("");

    /// On one processor, where libtorch would count the machine's; workers wait quietly; nothing is left behind.
    ///
    /// The allocator keeps what the engine frees, unless the user has settings of it.
    @Test
    void worksInAPluginAndChangesNothingOfItsHost() throws IOException, InterruptedException {
        String output = Processes.output(host());
        assertThat(output)
                .contains("threads 1\n")
                .contains("context loader null\n")
                .contains("changed properties []\n")
                .contains("locale kept true\n")
                .contains("environment null\n")
                .contains("large blocks mapped false\n")
                .containsPattern("OMP_WAIT_POLICY *= *'PASSIVE'")
                .containsPattern("GOMP_SPINCOUNT *= *'10000'")
                .containsPattern("OMP_NUM_THREADS *= *'1'");
    }

    @Test
    void leavesTheAllocatorAsTheUserSetIt() throws IOException, InterruptedException {
        ProcessBuilder host = host();
        host.environment().put("MALLOC_TOP_PAD_", "131072");
        assertThat(Processes.output(host)).contains("large blocks mapped true\n");
    }

    private ProcessBuilder host() {
        ProcessBuilder host = Processes.java(
                List.of("--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-XX:ActiveProcessorCount=1"),
                Host.class,
                folder.toString());
        host.environment().keySet().removeIf(HostTest::isOfNatives);
        host.environment().put("OMP_DISPLAY_ENV", "VERBOSE");
        return host;
    }

    private static boolean isOfNatives(String name) {
        return name.startsWith("OMP_")
                || name.startsWith("GOMP_")
                || name.startsWith("MALLOC_")
                || name.equals("GLIBC_TUNABLES");
    }
}
