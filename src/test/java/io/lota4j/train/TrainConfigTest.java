package io.lota4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.LotaException;
import io.lota4j.internal.train.Runs;
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
                "1 | 1e-3 | 2  | 1  | 1  | 1    | The warm-up steps must be at most the steps, 1, found 2.",
                "1 | 1e-3 | 0  | 1  | 1  | Infinity | The clip's bound must be over 0, found Infinity.",
                "1 | 1e-3 | 0  | 1  | 1  | NaN  | The clip's bound must be over 0, found NaN.",
            })
    void settingsAreChecked(
            long steps, double lr, long warmup, int batch, int accumulation, double maxNorm, String message) {
        assertThatThrownBy(() -> config(steps, lr, warmup, batch, accumulation, Clip.GLOBAL, maxNorm))
                .isInstanceOf(LotaException.class)
                .hasMessage(message);
    }

    @Test
    void everythingThatIsWrongIsToldAtOnce() {
        assertThatThrownBy(() -> config(0, Double.NaN, -1, 0, 0, Clip.TENSOR, -2))
                .isInstanceOf(LotaException.class)
                .hasMessage("""
                    The steps must be at least 1, found 0.
                    The warm-up steps must be at least 0, found -1.
                    The batch size must be at least 1, found 0.
                    The accumulation must be at least 1, found 0.
                    The learning rate must be over 0, found NaN.
                    The clip's bound must be over 0, found -2.0.\
                    """);
    }

    /// These texts are in states of runs and in digests of experiments: they never change.
    @Test
    void theTextLeavesDefaultsOut() {
        assertThat(TrainConfig.of(30, 3e-4).build().text()).isEqualTo("lr=3e-4, steps=30");
        assertThat(new TrainConfig(
                                1000,
                                new Optimizer.AdamW(0.8, 0.95, 1e-6, 0.1),
                                0.5,
                                Schedule.COSINE,
                                10,
                                4,
                                2,
                                Clip.PROPORTIONAL,
                                10,
                                Reduction.EXAMPLE_SUM,
                                -7,
                                false)
                        .text())
                .isEqualTo("accumulate=2, batch=4, beta1=0.8, beta2=0.95, clip=proportional, epsilon=1e-6, lr=0.5,"
                        + " max-norm=10, reduction=example-sum, schedule=cosine, seed=-7, shuffle=false, steps=1000,"
                        + " warmup-steps=10, weight-decay=0.1");
    }

    @Test
    void theTextSaysTheRule() {
        assertThat(text(new Optimizer.RmsProp(0.9, 1e-4, 0.25)))
                .isEqualTo("alpha=0.9, epsilon=1e-4, lr=1, optimizer=rmsprop, steps=1, weight-decay=0.25");
        assertThat(text(Optimizer.RmsProp.DEFAULT)).isEqualTo("lr=1, optimizer=rmsprop, steps=1");
        assertThat(text(new Optimizer.Sgd(0, 0))).isEqualTo("lr=1, momentum=0, optimizer=sgd, steps=1");
        assertThat(text(Optimizer.Sgd.DEFAULT)).isEqualTo("lr=1, optimizer=sgd, steps=1");
    }

    @Test
    void shardsAreOfTheExamplesOfAStep() {
        assertThat(TrainConfig.of(1, 1)
                        .batchSize(2)
                        .accumulation(2)
                        .shards(4)
                        .build()
                        .text())
                .isEqualTo("accumulate=2, batch=2, lr=1, shards=4, steps=1");
        assertThatThrownBy(() -> TrainConfig.of(1, 1)
                        .batchSize(2)
                        .accumulation(2)
                        .shards(5)
                        .build())
                .hasMessageContaining("The shards must be at most the examples of a step, 4, found 5.");
        assertThatThrownBy(() -> TrainConfig.of(1, 1).shards(0).build()).hasMessageContaining("shards");
    }

    private static String text(Optimizer rule) {
        return TrainConfig.of(1, 1).optimizer(rule).build().text();
    }

    /// What is not read makes no difference to a run.
    @Test
    void theTextLeavesOutTheBoundOfNoClip() {
        assertThat(config(1, 1e-3, 0, 1, 1, Clip.NONE, 0).text())
                .isEqualTo(config(1, 1e-3, 0, 1, 1, Clip.NONE, 5).text())
                .contains("clip=none")
                .doesNotContain("max-norm");
    }

    @Test
    void boldRatesAreWarnedOf() {
        assertThat(TrainConfig.of(1, 100).build().warnings())
                .containsExactly("The learning rate is 100: adamw moves a weight by about that much a step, and most"
                        + " weights of a model are under 0.1. Usual rates are 1e-5 to 1e-2.");
        assertThat(TrainConfig.of(1, 100)
                        .optimizer(new Optimizer.Sgd(0.9, 0.1))
                        .build()
                        .warnings())
                .containsExactly("The learning rate times the weight decay is 100 times 0.1, over 1: every step turns"
                        + " the signs of the trained weights.");
        assertThat(TrainConfig.of(1, 0.05).build().warnings()).isEmpty();
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
