package io.lota4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ClipTest {
    /// Norms 3, 4, 0 and 12: 13 together.
    private static final double[] SQUARES = {9, 16, 0, 144};

    @Test
    void none() {
        assertFactors(Clip.NONE, 0, 1, 1, 1, 1);
    }

    @Test
    void globalBoundsTheNormOverAllTensors() {
        assertFactors(Clip.GLOBAL, 6.5, 0.5, 0.5, 0.5, 0.5);
        assertFactors(Clip.GLOBAL, 14, 1, 1, 1, 1);
    }

    @Test
    void evenBoundsEveryTensorByItself() {
        assertFactors(Clip.TENSOR, 3.5, 1, 3.5 / 4, 1, 3.5 / 12);
    }

    @Test
    void proportionalSharesTheBound() {
        // 4 tensors: each to half of the bound.
        assertFactors(Clip.PROPORTIONAL, 7, 1, 3.5 / 4, 1, 3.5 / 12);
    }

    @Test
    void aZeroGradientStaysZero() {
        assertThat(Clip.GLOBAL.factors(new double[] {0, 0}, 1)).containsExactly(1, 1);
        assertThat(Clip.TENSOR.factors(new double[0], 1)).isEmpty();
    }

    /// PyTorch's clip divides by the norm and a millionth.
    private static void assertFactors(Clip clip, double max, double... expected) {
        double[] factors = clip.factors(SQUARES, max);
        assertThat(factors).hasSameSizeAs(expected);
        for (int t = 0; t < factors.length; t++) {
            assertThat(factors[t]).as("tensor %d", t).isCloseTo(expected[t], within(1e-6));
        }
    }
}
