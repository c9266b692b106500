package io.lota4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.LotaException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SamplingTest {
    private static final int DRAWS = 5_000;

    @Test
    void greedyTakesTheLowestOfEqualTokens() {
        float[] logits = {-1, 3, 2, 3, Float.NEGATIVE_INFINITY};
        assertThat(new Sampling.Greedy().choose(logits, new SplittableRandom(0)))
                .isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "0.5, 5, 1", "1, 32, 0.6", "2, 10, 0.8", "1.5, 32, 1", "1, 100, 0.3"})
    void drawsKeepToTheirSet(double temperature, int topK, double topP) {
        long seed = 5;
        SplittableRandom random = new SplittableRandom(seed);
        float[] logits = new float[16];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) random.nextGaussian();
        }
        Set<Integer> drawn = new HashSet<>();
        Sampling sampling = new Sampling.TopKTopP(temperature, topK, topP);
        for (int n = 0; n < DRAWS; n++) {
            drawn.add(sampling.choose(logits, random));
        }
        assertThat(drawn)
                .as("seed %d", seed)
                .containsExactlyInAnyOrderElementsOf(expected(logits, temperature, topK, topP));
    }

    @Test
    void drawsFollowTheSoftmax() {
        float[] logits = {(float) Math.log(6), (float) Math.log(3), (float) Math.log(1)};
        int[] counts = new int[3];
        SplittableRandom random = new SplittableRandom(9);
        for (int n = 0; n < DRAWS; n++) {
            counts[new Sampling.TopKTopP(1, 3, 1).choose(logits, random)]++;
        }
        double[] shares = {0.6, 0.3, 0.1};
        for (int token = 0; token < 3; token++) {
            // Four standard deviations.
            double deviation = Math.sqrt(shares[token] * (1 - shares[token]) / DRAWS);
            assertThat((double) counts[token] / DRAWS).isCloseTo(shares[token], within(4 * deviation));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1, 1, temperature",
        "-1, 1, 1, temperature",
        "NaN, 1, 1, temperature",
        "Infinity, 1, 1, temperature",
        "1, 0, 1, top-k",
        "1, 1, 0, top-p",
        "1, 1, 1.1, top-p",
        "1, 1, NaN, top-p"
    })
    void settingsAreChecked(double temperature, int topK, double topP, String wrong) {
        assertThatThrownBy(() -> new Sampling.TopKTopP(temperature, topK, topP))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining(wrong)
                .message()
                .hasLineCount(1);
    }

    @Test
    void allThatIsWrongIsToldAtOnce() {
        assertThatThrownBy(() -> new Sampling.TopKTopP(0, 0, 2))
                .hasMessage("The temperature must be over 0 and finite, found 0.0.\n"
                        + "The tokens to draw from (top-k) must be at least 1, found 0.\n"
                        + "The share of the probability to draw from (top-p) must be over 0 and at most 1, found 2.0.");
    }

    /// The fewest most probable tokens of the `topK` first that hold `topP` of these tokens' probability.
    private static List<Integer> expected(float[] logits, double temperature, int topK, double topP) {
        List<Integer> order = IntStream.range(0, logits.length)
                .boxed()
                .sorted((a, b) -> Float.compare(logits[b], logits[a]))
                .limit(topK)
                .toList();
        double total = order.stream()
                .mapToDouble(i -> Math.exp(logits[i] / temperature))
                .sum();
        List<Integer> kept = new ArrayList<>();
        double mass = 0;
        for (int token : order) {
            if (mass >= topP * total * (1 - 1e-12)) {
                break;
            }
            kept.add(token);
            mass += Math.exp(logits[token] / temperature);
        }
        return kept;
    }
}
