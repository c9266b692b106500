package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.Processes;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class StopSignalTest {
    private static final int SIGTERM = 15;

    @Test
    void aCommandSavesItsWorkBeforeTheProcessEnds() throws IOException, InterruptedException {
        Process process = Processes.java(List.of(), Trainer.class)
                .redirectErrorStream(true)
                .start();
        try (BufferedReader output = process.inputReader()) {
            assertThat(output.readLine()).isEqualTo("training");
            process.toHandle().destroy();
            assertThat(output.lines()).containsExactly("", "lota: stopping after this step", "saved");
        }
        // Ctrl-C sends SIGINT, which gives 130 in the same way.
        assertThat(process.waitFor()).isEqualTo(128 + SIGTERM);
    }

    @Test
    void withoutASignalNothingIsHeldBack() {
        try (StopSignal signal = StopSignal.hold(System.err)) {
            assertThat(signal.getAsBoolean()).isFalse();
        }
        assertThat(StopSignal.stopping()).isFalse();
    }

    /// Stands in for a training command: steps until it is told to stop, then saves.
    static final class Trainer {
        private Trainer() {}

        public static void main(String[] args) throws InterruptedException {
            try (StopSignal signal = StopSignal.hold(System.out)) {
                System.out.println("training");
                while (!signal.getAsBoolean()) {
                    Thread.sleep(1);
                }
            }
            System.out.println("saved");
            if (!StopSignal.stopping()) {
                System.exit(ExitCode.FAILED);
            }
        }
    }
}
