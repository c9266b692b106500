package io.lota4j.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/// Chances of counts.
class BinomialTest {
    /// 37 of 256 ways of eight coins have six heads or more.
    @Test
    void coinsAreCounted() {
        assertThat(Binomial.atLeast(6, 8, 0.5)).isCloseTo(37 / 256.0, within(1e-14));
        assertThat(Binomial.atLeast(8, 8, 0.5)).isCloseTo(1 / 256.0, within(1e-15));
        assertThat(Binomial.atLeast(1, 3, 0.25)).isCloseTo(1 - 27 / 64.0, within(1e-14));
        assertThat(Binomial.atLeast(50, 100, 0.5) + Binomial.atLeast(51, 100, 0.5))
                .isCloseTo(1, within(1e-12));
    }

    @Test
    void endsAreExact() {
        assertThat(Binomial.atLeast(0, 0, 0.5)).isEqualTo(1);
        assertThat(Binomial.atLeast(0, 9, 0)).isEqualTo(1);
        assertThat(Binomial.atLeast(1, 9, 0)).isZero();
        assertThat(Binomial.atLeast(9, 9, 1)).isEqualTo(1);
        assertThat(Binomial.atLeast(10, 9, 0.5)).isZero();
    }

    /// Powers of so many halves are no doubles any more.
    @Test
    void manyTrialsStayFinite() {
        assertThat(Binomial.atLeast(2000, 4000, 0.5)).isBetween(0.5, 0.51);
        assertThat(Binomial.atLeast(4000, 4000, 0.5)).isZero();
    }
}
