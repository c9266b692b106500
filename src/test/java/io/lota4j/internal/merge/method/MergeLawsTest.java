package io.lota4j.internal.merge.method;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.Shape;
import io.lota4j.merge.Compat;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What holds for every method that merges deltas, in every reading.
class MergeLawsTest {
    /// More than a part of a fold, with a remainder in rows, pieces and parts.
    private static final Shape LARGE = Shape.of(1111, 251);

    /// Of the methods that merge deltas; each in as many readings as docs/merging.md says.
    private static final int METHODS = 15;

    private static final int READINGS = 34;

    private static final Shape SMALL = Shape.of(7, 9);

    static Stream<Arguments> readings() {
        return MergeMethods.names().stream()
                .filter(method -> MergeMethods.of(method).mergesDeltas())
                .flatMap(method -> Stream.of(Compat.values())
                        .filter(compat -> exists(method, compat))
                        .map(compat -> Arguments.of(method, compat)));
    }

    private static boolean exists(String method, Compat compat) {
        try {
            MergeMethods.of(method).merger(compat);
            return true;
        } catch (LotaException e) {
            return false;
        }
    }

    /// A reading that vanishes is not to take its tests along.
    @Test
    void everyReadingIsHeldToTheLaws() {
        assertThat(readings()).hasSize(READINGS);
        assertThat(readings().map(reading -> reading.get()[0]).distinct()).hasSize(METHODS);
    }

    @ParameterizedTest
    @MethodSource("readings")
    void sparseDeltasAreMergedAsDenseOnes(String method, Compat compat) {
        for (Shape shape : new Shape[] {LARGE, SMALL, Shape.of(1), Shape.of(0), Shape.of(), Shape.of(64)}) {
            float[] x = delta(shape, 1, 0.1);
            float[] y = delta(shape, 2, 0.3);
            assertSameBits(
                    merges(method, compat).sparse("t", shape, x, y).one(),
                    merges(method, compat).dense("t", shape, x, y).one());
        }
    }

    @ParameterizedTest
    @MethodSource("readings")
    void anyNumberOfThreadsGivesTheSameBits(String method, Compat compat) {
        float[] x = delta(LARGE, 3, 1);
        float[] y = delta(LARGE, 4, 1);
        float[] one = merges(method, compat).threads(1).dense("t", LARGE, x, y).one();
        for (int threads : new int[] {2, 4}) {
            assertSameBits(
                    merges(method, compat)
                            .threads(threads)
                            .dense("t", LARGE, x, y)
                            .one(),
                    one);
        }
    }

    @ParameterizedTest
    @MethodSource("readings")
    void equalsChosenByPlaceAreTheSameSparseAndDense(String method, Compat compat) {
        Random random = new Random(5);
        float[] x = new float[(int) LARGE.numel()];
        for (int i = 0; i < x.length; i++) {
            x[i] = random.nextInt(4) * (random.nextBoolean() ? 0.25f : -0.25f);
        }
        assertSameBits(
                merges(method, compat).sparse("t", LARGE, x, x).one(),
                merges(method, compat).dense("t", LARGE, x, x).one());
    }

    @ParameterizedTest
    @MethodSource("readings")
    void nothingAndNothingIsNothing(String method, Compat compat) {
        float[] nothing = new float[(int) SMALL.numel()];
        assertThat(merges(method, compat).dense("t", SMALL, nothing, nothing).one())
                .containsOnly(0);
    }

    @Test
    void disjointTicketsAddExactly() {
        float[] x = delta(LARGE, 6, 1);
        float[] y = delta(LARGE, 7, 1);
        float[] sum = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            if (i % 3 == 0) {
                x[i] = 0;
            } else {
                y[i] = 0;
            }
            sum[i] = x[i] + y[i];
        }
        for (String method : new String[] {"add", "task_arithmetic", "ram"}) {
            assertSameBits(merges(method, Compat.PAPER).sparse("t", LARGE, x, y).one(), sum);
        }
    }

    @Test
    void withAnEmptyTicketOneIsAsItWas() {
        float[] x = delta(LARGE, 8, 1);
        float[] empty = new float[x.length];
        for (String method : new String[] {"add", "task_arithmetic", "ram"}) {
            assertSameBits(
                    merges(method, Compat.PAPER).sparse("t", LARGE, x, empty).one(), x);
        }
        assertSameBits(
                Merges.of("ties", Compat.PAPER)
                        .model("density", 1)
                        .model("density", 1)
                        .sparse("t", LARGE, x, empty)
                        .one(),
                x);
    }

    @Test
    void withItselfATicketIsTwiceOrOnceWhatItWas() {
        float[] x = delta(LARGE, 9, 1);
        float[] twice = x.clone();
        WeightedSum.multiply(twice, 2, twice.length);
        assertSameBits(merges("add", Compat.PAPER).sparse("t", LARGE, x, x).one(), twice);
        assertSameBits(merges("linear", Compat.PAPER).sparse("t", LARGE, x, x).one(), x);
        assertSameBits(merges("ram", Compat.PAPER).sparse("t", LARGE, x, x).one(), x);
        assertSameBits(
                Merges.of("ties", Compat.PAPER)
                        .model("density", 1)
                        .model("density", 1)
                        .sparse("t", LARGE, x, x)
                        .one(),
                x);
    }

    /// Two summands: with more, rounding depends on their order.
    @Test
    void twoModelsMayBeExchanged() {
        float[] x = delta(LARGE, 10, 0.5);
        float[] y = delta(LARGE, 11, 0.5);
        for (String method : new String[] {"add", "linear", "ties", "breadcrumbs", "breadcrumbs_ties", "sce", "ram"}) {
            assertSameBits(
                    merges(method, Compat.PAPER).dense("t", LARGE, x, y).one(),
                    merges(method, Compat.PAPER).dense("t", LARGE, y, x).one());
        }
    }

    private static Merges merges(String method, Compat compat) {
        return Merges.of(method, compat)
                .model("weight", 1, "density", 0.4, "gamma", 0.01, "epsilon", 0.15)
                .model("weight", 1, "density", 0.4, "gamma", 0.01, "epsilon", 0.15)
                // The least delta that ram takes for one, for the whole tensor.
                .with("epsilon", 0)
                .with("select_topk", 0.5)
                .seed(12);
    }

    /// Normally distributed, with zeros between.
    private static float[] delta(Shape shape, long seed, double density) {
        Random random = new Random(seed);
        float[] delta = new float[(int) shape.numel()];
        for (int i = 0; i < delta.length; i++) {
            delta[i] = random.nextDouble() < density ? (float) random.nextGaussian() : 0;
        }
        return delta;
    }

    private static void assertSameBits(float[] actual, float[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            if (Float.floatToRawIntBits(actual[i]) != Float.floatToRawIntBits(expected[i])) {
                assertThat(actual[i]).as("element %d", i).isEqualTo(expected[i]);
            }
        }
    }
}
