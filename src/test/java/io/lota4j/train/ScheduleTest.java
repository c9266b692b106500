package io.lota4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScheduleTest {
    @ParameterizedTest
    @CsvSource({
        // schedule, step, steps, warm-up, share
        "CONSTANT, 1, 10, 0, 1",
        "CONSTANT, 10, 10, 0, 1",
        "CONSTANT, 1, 10, 4, 0.25",
        "CONSTANT, 4, 10, 4, 1",
        "CONSTANT, 5, 10, 4, 1",
        "LINEAR, 1, 4, 0, 1",
        "LINEAR, 2, 4, 0, 0.75",
        "LINEAR, 4, 4, 0, 0.25",
        "LINEAR, 2, 6, 2, 1",
        "LINEAR, 3, 6, 2, 1",
        "LINEAR, 6, 6, 2, 0.25",
        "COSINE, 1, 4, 0, 1",
        "COSINE, 2, 4, 0, 0.8535533905932737",
        "COSINE, 3, 4, 0, 0.5",
        "COSINE, 4, 4, 0, 0.14644660940672627",
        "COSINE, 1, 5, 1, 1",
        "COSINE, 4, 5, 1, 0.5",
        // A warm-up longer than the run never ends.
        "COSINE, 3, 3, 6, 0.5",
        "LINEAR, 3, 3, 3, 1",
    })
    void factor(Schedule schedule, long step, long steps, long warmup, double expected) {
        assertThat(schedule.factor(step, steps, warmup)).isCloseTo(expected, within(1e-12));
    }
}
