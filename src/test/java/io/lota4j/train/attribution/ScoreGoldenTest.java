package io.lota4j.train.attribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.Golden;
import io.lota4j.internal.train.AdaptedModel;
import io.lota4j.mask.Mask;
import io.lota4j.mask.Pool;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// SNIP and Wanda scores as PyTorch computes them.
class ScoreGoldenTest {
    /// Of the tensor's largest score: both programs compute in F32.
    private static final double TOLERANCE = 1e-5;

    @ParameterizedTest
    @ValueSource(strings = {"snip", "wanda"})
    void scoresAreThoseOfPyTorch(String rule) {
        Attribution.OfRows score = (Attribution.OfRows) Attributions.of(rule);
        try (AdaptedModel model = AdaptedModel.open(Golden.path("models/llama-tied"));
                Golden golden = Golden.open("attribution/golden.safetensors")) {
            Mask pool = Mask.full(model.base(), Pool.standard());
            for (String name : pool.tensors().keySet()) {
                float[] expected = golden.floats(rule + "." + name);
                float[] found = Scored.of(model, pool, score, Scored.examples(), name);
                double largest = largest(expected);
                assertThat(found).hasSameSizeAs(expected);
                for (int i = 0; i < found.length; i++) {
                    assertThat((double) found[i])
                            .as("%s[%d]", name, i)
                            .isCloseTo(expected[i], within(TOLERANCE * largest));
                }
            }
        }
    }

    private static double largest(float[] values) {
        double largest = 0;
        for (float value : values) {
            largest = Math.max(largest, value);
        }
        return largest;
    }
}
