package io.lota4j.internal.kernel;

import static io.lota4j.internal.kernel.Values.gaussian;
import static io.lota4j.internal.kernel.Values.odd;
import static io.lota4j.internal.kernel.Values.segment;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.checkpoint.DType;
import io.lota4j.internal.checkpoint.Floats;
import io.lota4j.internal.kernel.java.JavaKernel;
import io.lota4j.internal.memory.Buffer;
import io.lota4j.internal.memory.HostBuffer;
import io.lota4j.memory.Host;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractIntArrayAssert;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What every kernel must do, held against plain loops and the specification. The sampled product has its own file.
public abstract class MaskedKernelContract extends SddmmContract {
    private static final int STEPS = 3;

    /// The plain kernel, which the others must equal bit for bit outside the sampled product.
    static final MaskedKernel SPECIFICATION = new JavaKernel();

    @ParameterizedTest
    @MethodSource("cases")
    void gatherPicks(Case c) {
        Buffer dense = Values.bits(c.random(), 4L * c.size());
        int[] bits = Host.ints(dense);
        Buffer values = place().put(segment(new float[c.index().length]));
        kernel().gather(place().put(dense), entries(c), values);
        assertBits(values).isEqualTo(IntStream.of(c.index()).map(i -> bits[i]).toArray());

        Buffer all = place().put(segment(new float[c.size()]));
        kernel().gather(place().put(dense), Entries.all(c.size()), all);
        assertBits(all).isEqualTo(bits);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void gatherAddPicksAndAdds(Case c) {
        float[] dense = odd(c.random(), c.size());
        float[] before = odd(new SplittableRandom(c.seed() + 1), c.size());
        float[] sums = new float[c.index().length];
        for (int e = 0; e < sums.length; e++) {
            sums[e] = before[e] + dense[c.index()[e]];
        }
        Buffer gradient = place().put(segment(before).slice(0, 4L * sums.length));
        kernel().gatherAdd(place().put(segment(dense)), entries(c), gradient);
        assertThat(floats(gradient)).isEqualTo(sums);

        Buffer all = place().put(segment(before));
        kernel().gatherAdd(place().put(segment(dense)), Entries.all(c.size()), all);
        float[] expected = new float[c.size()];
        for (int i = 0; i < expected.length; i++) {
            expected[i] = before[i] + dense[i];
        }
        assertThat(floats(all)).isEqualTo(expected);
    }

    static Stream<Arguments> casesOfEachType() {
        return Stream.of(DType.F32, DType.BF16, DType.F16).flatMap(type -> cases().map(c -> Arguments.of(type, c)));
    }

    @ParameterizedTest
    @MethodSource("casesOfEachType")
    void scatterRoundsAndLeavesTheRest(DType type, Case c) {
        float[] values = odd(c.random(), c.size());
        Buffer before = Values.bits(c.random(), (long) type.size() * c.size());
        HostBuffer expected = Place.copy(before);
        for (int e = 0; e < c.index().length; e++) {
            Floats.set(type, expected.memory(), c.index()[e], values[e]);
        }
        Buffer weights = place().put(before);
        kernel().scatter(place().put(segment(values).slice(0, 4L * c.index().length)), entries(c), type, weights);
        assertThat(Host.bytes(place().get(weights))).isEqualTo(bytes(expected));

        Buffer all = place().put(before);
        kernel().scatter(place().put(segment(values)), Entries.all(c.size()), type, all);
        Floats.fromF32(segment(values).memory(), type, expected.memory());
        assertThat(Host.bytes(place().get(all))).isEqualTo(bytes(expected));
    }

    @ParameterizedTest
    @EnumSource(names = {"BF16", "F16"})
    void scatterRoundsEveryTieToEven(DType type) {
        HostBuffer ties = segment(Values.ties(type));
        long count = ties.byteSize() / Float.BYTES;
        HostBuffer expected = Host.of(new short[(int) count]);
        Floats.fromF32(ties.memory(), type, expected.memory());
        Buffer weights = place().put(Host.of(new short[(int) count]));
        kernel().scatter(place().put(ties), Entries.all(count), type, weights);
        assertThat(Host.bytes(place().get(weights))).isEqualTo(Host.bytes(expected));
    }

    @ParameterizedTest
    @FieldSource("io.lota4j.internal.kernel.Case#SIZES")
    void sumOfSquares(int size) {
        float[] values = gaussian(new SplittableRandom(300L + size), size);
        double expected = 0;
        for (float value : values) {
            expected += (double) value * value;
        }
        // Another order of the additions may round each of them otherwise; what lies behind the last is not added.
        HostBuffer longer = segment(Arrays.copyOf(values, size + 1));
        longer.memory().setAtIndex(JAVA_FLOAT, size, Float.NaN);
        assertThat(kernel().sumOfSquares(place().put(longer), size))
                .as("seed %d", 300L + size)
                .isCloseTo(expected, within(2.3e-16 * size * expected));
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, 3e38f})
    void sumOfSquaresDoesNotHideWhatIsNotFinite(float value) {
        for (int at : new int[] {0, 1, 16, 39, 40}) {
            float[] values = new float[41];
            values[at] = value;
            double sum = kernel().sumOfSquares(place().put(segment(values)), values.length);
            assertThat(Double.isFinite(sum)).as("at %d", at).isEqualTo(Float.isFinite(value));
        }
    }

    static Stream<Arguments> kindsOfSteps() {
        return Rule.all()
                .flatMap(rule -> Stream.of(
                        Arguments.of(rule, DType.F32, false),
                        Arguments.of(rule, DType.F32, true),
                        Arguments.of(rule, DType.BF16, true),
                        Arguments.of(rule, DType.F16, true)));
    }

    @ParameterizedTest
    @MethodSource("kindsOfSteps")
    void stepEqualsTheSpecification(Rule rule, DType type, boolean masters) {
        cases().forEach(c -> steps(rule, type, masters, c, c.index()));
    }

    @ParameterizedTest
    @MethodSource("kindsOfSteps")
    void stepOnAllElementsEqualsTheSpecification(Rule rule, DType type, boolean masters) {
        cases().filter(c -> c.size() < 1 << 13).forEach(c -> steps(rule, type, masters, c, null));
    }

    /// Some steps from the same state by the kernel and by the specification, then all that they wrote.
    private void steps(Rule rule, DType type, boolean masters, Case c, int @Nullable [] index) {
        SplittableRandom random = c.random();
        int count = index == null ? c.size() : index.length;
        State expected = State.random(random, type, masters, c.size(), index);
        State actual = expected.in(place());
        for (long step = 1; step <= STEPS; step++) {
            Buffer gradient = segment(step == STEPS ? odd(random, count) : gaussian(random, count));
            Update update = rule.at().apply(step);
            SPECIFICATION.step(update, expected.entries(), gradient, expected.moments(), expected.weights());
            kernel().step(update, actual.entries(), place().put(gradient), actual.moments(), actual.weights());
        }
        expected.assertEqualTo(actual, place(), c.toString());
    }

    private Entries entries(Case c) {
        return new Entries(c.index().length, place().put(Host.of(c.index())));
    }

    private AbstractIntArrayAssert<?> assertBits(Buffer placed) {
        return assertThat(Host.ints(place().get(placed)));
    }

    private static byte[] bytes(Buffer memory) {
        return Host.bytes(memory);
    }
}
