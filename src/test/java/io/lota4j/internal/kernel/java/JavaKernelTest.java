package io.lota4j.internal.kernel.java;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.internal.kernel.Entries;
import io.lota4j.internal.kernel.MaskedKernel;
import io.lota4j.internal.kernel.MaskedKernelContract;
import io.lota4j.internal.kernel.Moments;
import io.lota4j.internal.kernel.Place;
import io.lota4j.internal.kernel.Rule;
import io.lota4j.internal.kernel.Update;
import io.lota4j.internal.kernel.WorkingWeights;
import io.lota4j.internal.memory.Buffer;
import io.lota4j.memory.Host;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class JavaKernelTest extends MaskedKernelContract {
    private static final MaskedKernel KERNEL = new JavaKernel();

    @Override
    protected MaskedKernel newKernel() {
        return new JavaKernel();
    }

    @Override
    protected Place newPlace(long seed) {
        return Place.heap();
    }

    /// Around the widths at which vector loops change to their tails.
    static final int[] SIZES = {0, 1, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 255, 257, 1023, 4097};

    @ParameterizedTest
    @MethodSource("io.lota4j.internal.kernel.Rule#all")
    void compactStateEqualsDenseState(Rule rule) {
        for (int size : SIZES) {
            long seed = 100L + size;
            SplittableRandom random = new SplittableRandom(seed);
            int[] index = subset(size, random);
            float[] base = floats(size, random);
            Buffer dense = segment(base);
            Buffer sparse = segment(base);
            Moments denseState = moments(size);
            Moments sparseState = moments(index.length);
            for (long step = 1; step <= 4; step++) {
                float[] gradient = floats(size, random);
                Update update = rule.at().apply(step);
                KERNEL.step(update, Entries.all(size), segment(gradient), denseState, WorkingWeights.inPlace(dense));
                KERNEL.step(
                        update,
                        entries(index),
                        segment(picked(gradient, index)),
                        sparseState,
                        WorkingWeights.inPlace(sparse));
            }
            float[] expected = base.clone();
            for (int i : index) {
                expected[i] = Host.floats(dense)[i];
            }
            assertThat(bits(sparse)).as("size %d, seed %d", size, seed).isEqualTo(bits(segment(expected)));
            if (index.length > 0) {
                assertThat(bits(sparse)).isNotEqualTo(bits(segment(base)));
            }
        }
    }

    /// What the reference implementation's optimizer does: without bias correction the first steps are large.
    @Test
    void rmsPropTakesTheReferenceSteps() {
        Buffer weight = segment(new float[] {0});
        Moments moments = moments(1);
        Update update = new Update.RmsProp(1, 1, 0, 0.99, 1e-8);
        float before = 0;
        for (double expected : new double[] {10.0, 7.0888}) {
            KERNEL.step(update, Entries.all(1), segment(new float[] {1}), moments, WorkingWeights.inPlace(weight));
            float after = Host.floats(weight)[0];
            assertThat((double) (before - after)).isCloseTo(expected, within(5e-5));
            before = after;
        }
    }

    @Test
    void adamWsFirstStepIsTheLearningRate() {
        Buffer weight = segment(new float[] {1});
        Update update = new Update.AdamW(0.01, 1, 0.5, 0.9, 0.999, 1e-8, 1 - 0.9, 1 - 0.999);
        KERNEL.step(update, Entries.all(1), segment(new float[] {-3}), moments(1), WorkingWeights.inPlace(weight));
        assertThat((double) Host.floats(weight)[0]).isCloseTo(1 - 0.01 * 0.5 + 0.01, within(1e-7));
    }

    @Test
    void sgdRemembersMomentum() {
        Buffer weight = segment(new float[] {0});
        Moments moments = moments(1);
        for (int step = 0; step < 2; step++) {
            KERNEL.step(
                    new Update.Sgd(0.5, 1, 0, 0.5),
                    Entries.all(1),
                    segment(new float[] {2}),
                    moments,
                    WorkingWeights.inPlace(weight));
        }
        assertThat(Host.floats(weight)[0]).isEqualTo(-(0.5f * 2 + 0.5f * 3));
    }

    /// About half of `0 … size - 1`, ascending.
    private static int[] subset(int size, SplittableRandom random) {
        return IntStream.range(0, size).filter(i -> random.nextBoolean()).toArray();
    }

    private static float[] floats(int size, SplittableRandom random) {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static float[] picked(float[] values, int[] index) {
        float[] picked = new float[index.length];
        setAll(picked, e -> values[index[e]]);
        return picked;
    }

    /// `values` are floats already, so that narrowing them changes nothing.
    private static void setAll(float[] target, IntToDoubleFunction values) {
        for (int i = 0; i < target.length; i++) {
            target[i] = (float) values.applyAsDouble(i);
        }
    }

    private static Entries entries(int[] index) {
        return new Entries(index.length, Host.of(index));
    }

    private static Moments moments(int size) {
        return new Moments(segment(new float[size]), segment(new float[size]));
    }

    private static Buffer segment(float[] values) {
        return Host.of(values.clone());
    }

    private static int[] bits(Buffer values) {
        return Host.ints(values);
    }
}
