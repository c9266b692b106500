package io.lota4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.LotaException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainConfigTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 | 1e-3 | 0  | 1  | 1  | 1    | The steps must be at least 1, found 0.",
                "1 | 1e-3 | -1 | 1  | 1  | 1    | The warm-up steps must be at least 0, found -1.",
                "1 | 1e-3 | 0  | 0  | 1  | 1    | The batch size must be at least 1, found 0.",
                "1 | 1e-3 | 0  | 1  | -2 | 1    | The accumulation must be at least 1, found -2.",
                "1 | 0    | 0  | 1  | 1  | 1    | The learning rate must be over 0, found 0.0.",
                "1 | -1   | 0  | 1  | 1  | 1    | The learning rate must be over 0, found -1.0.",
                "1 | NaN  | 0  | 1  | 1  | 1    | The learning rate must be over 0, found NaN.",
                "1 | Infinity | 0 | 1 | 1 | 1   | The learning rate must be over 0, found Infinity.",
                "1 | 1e-3 | 0  | 1  | 1  | 0    | The clip's bound must be over 0, found 0.0.",
                "1 | 1e-3 | 0  | 1  | 1  | NaN  | The clip's bound must be over 0, found NaN.",
            })
    void settingsAreChecked(
            long steps, double lr, long warmup, int batch, int accumulation, double maxNorm, String message) {
        assertThatThrownBy(() -> config(steps, lr, warmup, batch, accumulation, Clip.GLOBAL, maxNorm))
                .isInstanceOf(LotaException.class)
                .hasMessage(message);
    }

    @Test
    void withoutAClipItsBoundIsNotRead() {
        assertThatCode(() -> config(1, 1e-3, 0, 1, 1, Clip.NONE, 0)).doesNotThrowAnyException();
    }

    @Test
    void theRateFollowsTheSchedule() {
        TrainConfig config = config(10, 0.2, 4, 1, 1, Clip.NONE, 0);
        assertThat(config.lr(1)).isCloseTo(0.05, within(1e-15));
        assertThat(config.lr(4)).isCloseTo(0.2, within(1e-15));
        assertThat(config.lr(10)).isCloseTo(0.2 / 6, within(1e-15));
    }

    private static TrainConfig config(
            long steps, double lr, long warmup, int batch, int accumulation, Clip clip, double maxNorm) {
        return new TrainConfig(
                steps,
                Runs.ADAMW,
                lr,
                Schedule.LINEAR,
                warmup,
                batch,
                accumulation,
                clip,
                maxNorm,
                Reduction.TOKEN_MEAN,
                0,
                true);
    }
}
