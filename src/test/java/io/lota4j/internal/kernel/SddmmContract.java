package io.lota4j.internal.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.checkpoint.DType;
import io.lota4j.internal.memory.Buffer;
import io.lota4j.memory.Host;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What every kernel's sampled product must do, held against plain loops in F64. [MaskedKernelContract] is the rest.
public abstract class SddmmContract {
    /// A rounding error of F32.
    private static final double UNIT = Math.ulp(1f) / 2.0;

    /// An F32 sum of n products in any order is off by at most `λ √n u Σ|x·dy|` with probability above
    /// `1 - 2n exp(-λ²/2)` (Higham and Mary 2019, theorem 2.4), for λ = 8 one error in 10⁹ sums. A token
    /// that is left out costs about `Σ|x·dy| / n`, thirty times more at the largest n here.
    private static final double LAMBDA = 8;

    /// Fresh for each test.
    private MaskedKernel kernel = MaskedKernelContract.SPECIFICATION;
    private Place place = Place.heap();
    private long seed;

    /// Whoever draws places needs the seed to do it again.
    @RegisterExtension
    final TestExecutionExceptionHandler seedIsShown = (_, failure) -> {
        failure.addSuppressed(new AssertionError("the seed of the test's places is " + seed));
        throw failure;
    };

    /// The kernel under test, a new one for each test.
    protected abstract MaskedKernel newKernel();

    /// Where its segments shall live; a new place for each test.
    ///
    /// @param seed of whatever is drawn for it: another one for each place, the same in every run
    protected abstract Place newPlace(long seed);

    @BeforeEach
    final void open(TestInfo test) {
        // Cases are part of the display name; the hash of a string is specified.
        seed = (test.getTestMethod().orElseThrow().getName() + test.getDisplayName()).hashCode();
        kernel = newKernel();
        place = newPlace(seed);
    }

    @AfterEach
    final void close() {
        // The place although the kernel fails: on a card, what is left open breaks the next test too.
        try (Place _ = place) {
            kernel.close();
        }
    }

    final MaskedKernel kernel() {
        return kernel;
    }

    final Place place() {
        return place;
    }

    static Stream<Case> cases() {
        return Stream.concat(Case.sizes(), Case.forms());
    }

    static Stream<Arguments> casesInAllLayouts() {
        return cases().flatMap(c -> Stream.of(Layout.ROWS, Layout.COLUMNS).map(layout -> Arguments.of(c, layout)));
    }

    @ParameterizedTest
    @MethodSource("casesInAllLayouts")
    void sddmmIsCloseToTheExactSum(Case c, Layout layout) {
        Product product = Product.gaussian(c);
        float[] before = Values.gaussian(c.random(), c.index().length);
        float[] actual = run(product, layout, layout, c.index(), before);
        for (int e = 0; e < before.length; e++) {
            double bound = UNIT
                    * (LAMBDA * Math.sqrt(c.tokens()) * product.magnitude(c.index()[e])
                            + Math.abs(before[e])
                            + Math.abs(actual[e]));
            double exact = before[e] + product.exact(c.index()[e]);
            assertThat(Math.abs(actual[e] - exact))
                    .as("%s: entry %d is %s, not %s", c, e, actual[e], exact)
                    .isLessThanOrEqualTo(bound);
        }
    }

    /// No token, entry or product is left out, counted twice or mixed up: the sums have only one right value.
    @ParameterizedTest
    @MethodSource("casesInAllLayouts")
    void sddmmOfWholeNumbersIsExact(Case c, Layout layout) {
        assertExact(c, layout, layout);
    }

    static Stream<Arguments> pairsOfLayouts() {
        return Stream.of(Layout.values())
                .flatMap(x -> Stream.of(Layout.values()).map(dy -> Arguments.of(x, dy)));
    }

    @ParameterizedTest
    @MethodSource("pairsOfLayouts")
    void sddmmReadsAnyLayout(Layout x, Layout dy) {
        Case.forms().forEach(c -> assertExact(c, x, dy));
        Case.sizes().filter(c -> c.size() * (long) c.tokens() < 1 << 20).forEach(c -> assertExact(c, x, dy));
    }

    private void assertExact(Case c, Layout x, Layout dy) {
        Product product = Product.whole(c).as(x, dy);
        float[] before = Values.whole(c.random(), c.index().length);
        float[] expected = new float[before.length];
        for (int e = 0; e < expected.length; e++) {
            expected[e] = (float) (before[e] + product.exact(c.index()[e]));
        }
        assertThat(run(product, x, dy, c.index(), before)).as("%s", c).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource
    void sddmmOnAllElementsNeedsNoIndex(Layout layout) {
        Case.forms().forEach(c -> {
            Product product = Product.whole(c).as(layout, layout);
            float[] before = Values.whole(c.random(), c.size());
            float[] expected = new float[c.size()];
            for (int i = 0; i < expected.length; i++) {
                expected[i] = (float) (before[i] + product.exact(i));
            }
            Buffer gradient = place.put(Values.segment(before));
            kernel.sddmm(product.x(layout, place), product.dy(layout, place), Entries.all(c.size()), gradient);
            assertThat(floats(gradient)).as("%s", c).isEqualTo(expected);
        });
    }

    /// An infinite or undefined activation reaches every entry of its row or column and no other.
    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void sddmmPropagatesWhatIsNotFinite(float value) {
        Case.forms().filter(c -> c.index().length > 0).forEach(c -> {
            for (Layout layout : new Layout[] {Layout.ROWS, Layout.COLUMNS}) {
                float[] x = new float[c.tokens() * c.columns()];
                float[] dy = new float[c.tokens() * c.rows()];
                Arrays.fill(x, 1);
                Arrays.fill(dy, 2);
                int column = c.index()[c.index().length / 2] % c.columns();
                x[(c.tokens() - 1) * c.columns() + column] = value;
                float[] expected = new float[c.index().length];
                for (int e = 0; e < expected.length; e++) {
                    expected[e] = c.index()[e] % c.columns() == column ? value : 2 * c.tokens();
                }
                float[] actual = run(new Product(c, x, dy), layout, layout, c.index(), new float[expected.length]);
                assertThat(actual).as("%s, column %d", c, column).isEqualTo(expected);
            }
        });
    }

    @Test
    void kernelsServeSeveralThreadsAtOnce() {
        List<Case> forms = Case.forms().toList();
        IntStream.range(0, forms.size()).parallel().forEach(i -> {
            Case c = forms.get(i);
            try (Place own = newPlace(seed + 1 + i)) {
                Product product = Product.whole(c);
                Activations x = product.x(Layout.ROWS, own);
                Activations dy = product.dy(Layout.COLUMNS, own);
                Entries entries = new Entries(c.index().length, own.put(Host.of(c.index())));
                float[] expected = new float[c.index().length];
                for (int e = 0; e < expected.length; e++) {
                    expected[e] = (float) product.exact(c.index()[e]);
                }
                for (int repeat = 1; repeat <= 50; repeat++) {
                    Buffer gradient = own.put(Values.segment(new float[expected.length]));
                    kernel.sddmm(x, dy, entries, gradient);
                    assertThat(Values.values(DType.F32, own.get(gradient)))
                            .as("%s, repeat %d", c, repeat)
                            .isEqualTo(expected);
                }
            }
        });
    }

    private float[] run(Product product, Layout x, Layout dy, int[] index, float[] before) {
        Buffer gradient = place.put(Values.segment(before));
        Entries entries = new Entries(index.length, place.put(Host.of(index)));
        kernel.sddmm(product.x(x, place), product.dy(dy, place), entries, gradient);
        return floats(gradient);
    }

    final float[] floats(Buffer placed) {
        return Values.values(DType.F32, place.get(placed));
    }
}
