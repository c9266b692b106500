package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ProgressBarTest {
    private final StringWriter text = new StringWriter();
    private long nanos;

    private ProgressBar bar(boolean terminal) {
        return new ProgressBar("train", new PrintWriter(text), terminal, () -> nanos);
    }

    private void after(double seconds) {
        nanos += (long) (seconds * 1e9);
    }

    @Test
    void plainLinesComeEveryFiveSecondsAndAtTheEnd() {
        try (ProgressBar bar = bar(false)) {
            for (int step = 1; step <= 12; step++) {
                after(1);
                bar.update(step, 12, 1234.4, 0.43214);
            }
        }
        assertThat(text.toString().lines())
                .containsExactly(
                        "train 1/12 8%, 1,234 tokens/s, loss 0.4321, 0:11 left",
                        "train 6/12 50%, 1,234 tokens/s, loss 0.4321, 0:06 left",
                        "train 11/12 91%, 1,234 tokens/s, loss 0.4321, 0:01 left",
                        "train 12/12 100%, 1,234 tokens/s, loss 0.4321");
    }

    @Test
    void theEndIsToldOnceInALog() {
        try (ProgressBar bar = bar(false)) {
            for (int tensor = 0; tensor < 5; tensor++) {
                bar.update(7, 7);
            }
            // Another pass over something else.
            bar.update(1, 9);
            bar.update(9, 9);
            bar.update(9, 9);
        }
        assertThat(text.toString().lines()).containsExactly("train 7/7 100%", "train 9/9 100%");
    }

    @Test
    void aTerminalHasOneLineThatIsRewritten() {
        try (ProgressBar bar = bar(true)) {
            after(2);
            bar.update(1, 4, 900, 1.5);
            after(0.05);
            bar.update(2, 4, 900, 1.25);
            after(3.95);
            bar.update(3, 4, 900, 1);
            after(2);
            bar.update(4, 4);
        }
        String first = "train [#####...............] 1/4, 900 tokens/s, loss 1.5000, 0:06 left";
        String second = "train [###############.....] 3/4, 900 tokens/s, loss 1.0000, 0:02 left";
        String last = "train [####################] 4/4";
        assertThat(text.toString())
                .isEqualTo("\r" + first + "\r" + second + "\r" + last + " ".repeat(second.length() - last.length())
                        + System.lineSeparator());
    }

    @Test
    void aResumedRunCountsOnlyItsOwnPace() {
        try (ProgressBar bar = bar(false)) {
            after(60);
            bar.update(500, 1000);
            after(10);
            bar.update(510, 1000);
        }
        assertThat(text.toString().lines()).containsExactly("train 500/1000 50%", "train 510/1000 51%, 8:10 left");
    }

    @Test
    void nothingIsPrintedWithoutAnUpdate() {
        bar(true).close();
        assertThat(text.toString()).isEmpty();
    }

    @Test
    void durationsReadAsClocks() {
        assertThat(ProgressText.duration(6.6)).isEqualTo("0:07");
        assertThat(ProgressText.duration(59.6)).isEqualTo("1:00");
        assertThat(ProgressText.duration(750)).isEqualTo("12:30");
        assertThat(ProgressText.duration(11_100)).isEqualTo("3:05:00");
    }
}
