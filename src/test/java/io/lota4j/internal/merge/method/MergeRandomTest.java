package io.lota4j.internal.merge.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.Shape;
import io.lota4j.merge.Compat;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What methods with chance do on average, and where there is none. All bounds are five standard deviations;
/// seeds are fixed, so a test that passes once passes always.
class MergeRandomTest {
    private static final double DEVIATIONS = 5;
    private static final int SEEDS = 200;
    private static final Shape SHAPE = Shape.of(50, 40);

    @ParameterizedTest
    @ValueSource(doubles = {0.1, 0.5, 0.9})
    void dareKeepsItsShareAndDividesByIt(double density) {
        double kept = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            float[] merged = random("dare_linear", Compat.PAPER, density, seed)
                    .dense("t", SHAPE, ones())
                    .one();
            for (float value : merged) {
                assertThat(value).isIn(0f, (float) (1 / (float) density));
                kept += value == 0 ? 0 : 1;
            }
        }
        double draws = SEEDS * (double) SHAPE.numel();
        double deviation = Math.sqrt(density * (1 - density) / draws);
        assertThat(kept / draws).isCloseTo(density, within(DEVIATIONS * deviation));
    }

    /// So the sum over seeds is near the delta itself, at each element.
    @ParameterizedTest
    @CsvSource({"dare_linear, 0", "della_linear, 0.3"})
    void thePaperExpectsTheDelta(String method, double epsilon) {
        double density = 0.4;
        float[] delta = normal(1);
        double[] sums = new double[delta.length];
        for (int seed = 0; seed < SEEDS; seed++) {
            float[] merged = Merges.of(method, Compat.PAPER)
                    .model("density", density, "epsilon", epsilon)
                    .seed(seed)
                    .dense("t", SHAPE, delta)
                    .one();
            Arrays.setAll(sums, i -> sums[i] + merged[i]);
        }
        double least = density - epsilon / 2;
        for (int i = 0; i < sums.length; i++) {
            double deviation = Math.abs(delta[i]) * Math.sqrt((1 - least) / least / SEEDS);
            assertThat(sums[i] / SEEDS).isCloseTo(delta[i], within(DEVIATIONS * deviation));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"dare_linear", "della_linear"})
    void mergekitKeepsTheSumOfMagnitudes(String method) {
        float[] delta = normal(2);
        for (int seed = 0; seed < 20; seed++) {
            float[] merged = random(method, Compat.MERGEKIT, 0.4, seed)
                    .dense("t", SHAPE, delta)
                    .one();
            assertThat(magnitudes(merged)).isCloseTo(magnitudes(delta), within(1e-4 * magnitudes(delta)));
        }
    }

    /// Of rows with distinct magnitudes: the smallest with 0.2, the largest with 0.6, and between by rank.
    @Test
    void dellaKeepsTheLargestMoreOften() {
        int columns = 41;
        Shape shape = Shape.of(500, columns);
        float[] delta = new float[(int) shape.numel()];
        // 7 has no common factor with 41: each row has all ranks, in another order.
        for (int i = 0; i < delta.length; i++) {
            delta[i] = (1 + (i % columns * 7 + i / columns) % columns) * (i % 2 == 0 ? 1 : -1);
        }
        int[] kept = new int[columns];
        for (int seed = 0; seed < 20; seed++) {
            float[] merged = Merges.of("della_linear", Compat.MERGEKIT)
                    .with("rescale", 0)
                    .model("weight", 1, "density", 0.4, "epsilon", 0.2)
                    .seed(seed)
                    .dense("t", shape, delta)
                    .one();
            IntStream.range(0, merged.length)
                    .filter(i -> merged[i] != 0)
                    .forEach(i -> kept[(int) Math.abs(delta[i]) - 1]++);
        }
        double draws = 500 * 20;
        for (int rank = 0; rank < columns; rank++) {
            double expected = 0.2 + 0.4 * rank / (columns - 1);
            double deviation = Math.sqrt(expected * (1 - expected) / draws);
            assertThat(kept[rank] / draws).isCloseTo(expected, within(DEVIATIONS * deviation));
        }
    }

    @ParameterizedTest
    @CsvSource({"dare_linear", "dare_ties", "della_linear", "della"})
    void nothingIsByChanceAtDensitiesZeroAndOne(String method) {
        float[] delta = normal(3);
        for (Compat compat : new Compat[] {Compat.PAPER, Compat.MERGEKIT}) {
            assertThat(random(method, compat, 1, 4).dense("t", SHAPE, delta).one())
                    .isEqualTo(delta);
            assertThat(random(method, compat, 0, 4).dense("t", SHAPE, delta).one())
                    .containsOnly(0);
        }
    }

    /// mergekit finds NaN for a row of one element.
    @ParameterizedTest
    @ValueSource(strings = {"dare_linear", "dare_ties", "della_linear", "della", "breadcrumbs", "ties", "sce"})
    void oneElementIsKeptOrNot(String method) {
        for (int seed = 0; seed < 20; seed++) {
            float[] merged = random(method, Compat.MERGEKIT, 0.5, seed)
                    .dense("t", Shape.of(1), new float[] {3})
                    .one();
            assertThat(merged[0]).isIn(0f, 3f);
        }
    }

    /// mergekit keeps nothing where the largest to be dropped are fewer than one.
    @Test
    void breadcrumbsOfASmallNormKeepsItsDensity() {
        float[] delta = new float[64];
        float[] largest = new float[64];
        for (int i = 0; i < 64; i++) {
            delta[i] = i + 1;
            largest[i] = i < 48 ? 0 : i + 1;
        }
        assertThat(random("breadcrumbs", Compat.MERGEKIT, 0.25, 0)
                        .dense("t", Shape.of(64), delta)
                        .one())
                .containsExactly(largest);
    }

    @Test
    void breadcrumbsDropsBothEnds() {
        float[] merged = Merges.of("breadcrumbs", Compat.MERGEKIT)
                .model("weight", 1, "density", 0.5, "gamma", 0.2)
                .dense("t", Shape.of(10), new float[] {1, -2, 3, -4, 5, -6, 7, -8, 9, -10})
                .one();
        assertThat(merged).containsExactly(0, 0, 0, -4, 5, -6, 7, -8, 0, 0);
    }

    @Test
    void probabilitiesOutsideZeroToOneAreRefused() {
        assertThatThrownBy(() -> random("della", Compat.MERGEKIT, 0.1, 0)
                        .dense("t", Shape.of(1), new float[] {3})
                        .one())
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("density 0.1 with epsilon 0.15");
    }

    /// Other tensors, models and seeds draw other numbers, and no two neighbours are alike.
    @Test
    void drawsDependOnNameModelAndSeed() {
        float[] ones = ones();
        float[] first = random("dare_linear", Compat.PAPER, 0.5, 7)
                .dense("t", SHAPE, ones)
                .one();
        assertThat(random("dare_linear", Compat.PAPER, 0.5, 7)
                        .dense("t", SHAPE, ones)
                        .one())
                .isEqualTo(first);
        assertThat(agreement(
                        first,
                        random("dare_linear", Compat.PAPER, 0.5, 8)
                                .dense("t", SHAPE, ones)
                                .one()))
                .isCloseTo(0.5, within(DEVIATIONS * 0.5 / Math.sqrt(ones.length)));
        assertThat(agreement(
                        first,
                        random("dare_linear", Compat.PAPER, 0.5, 7)
                                .dense("u", SHAPE, ones)
                                .one()))
                .isCloseTo(0.5, within(DEVIATIONS * 0.5 / Math.sqrt(ones.length)));
        float[] both = Merges.of("dare_linear", Compat.PAPER)
                .model("weight", 0, "density", 0.5)
                .model("weight", 1, "density", 0.5)
                .seed(7)
                .dense("t", SHAPE, ones, ones)
                .one();
        assertThat(agreement(first, both)).isCloseTo(0.5, within(DEVIATIONS * 0.5 / Math.sqrt(ones.length)));
    }

    private static double agreement(float[] x, float[] y) {
        return IntStream.range(0, x.length).filter(i -> x[i] == y[i]).count() / (double) x.length;
    }

    private static Merges random(String method, Compat compat, double density, long seed) {
        return Merges.of(method, compat)
                .model("weight", 1, "density", density, "epsilon", 0.15, "gamma", 0.01)
                .seed(seed);
    }

    private static float[] ones() {
        float[] ones = new float[(int) SHAPE.numel()];
        Arrays.fill(ones, 1);
        return ones;
    }

    private static float[] normal(long seed) {
        Random random = new Random(seed);
        float[] delta = new float[(int) SHAPE.numel()];
        IntStream.range(0, delta.length).forEach(i -> delta[i] = (float) random.nextGaussian());
        return delta;
    }

    private static double magnitudes(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += Math.abs(value);
        }
        return sum;
    }
}
