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
    @Test
    void worksInAPluginAndChangesNothingOfItsHost() throws IOException, InterruptedException {
        ProcessBuilder host = Processes.java(
                List.of("--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-XX:ActiveProcessorCount=1"),
                Host.class,
                folder.toString());
        host.environment().keySet().removeIf(name -> name.startsWith("OMP_") || name.startsWith("GOMP_"));
        host.environment().put("OMP_DISPLAY_ENV", "VERBOSE");
        String output = Processes.output(host);
        assertThat(output)
                .contains("threads 1\n")
                .contains("context loader null\n")
                .contains("changed properties []\n")
                .contains("locale kept true\n")
                .contains("environment null\n")
                .containsPattern("OMP_WAIT_POLICY *= *'PASSIVE'")
                .containsPattern("GOMP_SPINCOUNT *= *'10000'")
                .containsPattern("OMP_NUM_THREADS *= *'1'");
    }
}
