package io.lota4j.internal.guard;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/// The detector's numbers ([Xie et al. 2023](https://arxiv.org/abs/2308.12439), with the first of
/// its published pairs of constants).
public final class Suspicion {
    private static final double A = 2;
    private static final double B = 0.5;
    private static final double LEAST = 1e-8;

    private Suspicion() {}

    /// How suspicious an answer is: low is suspicious.
    ///
    /// @param x confidence of the expert, in [0, 1]
    /// @param y confidence of the auxiliary model, in [0, 1]
    static double score(double x, double y) {
        return Math.min(A * y / Math.max(x, LEAST), (1 - x) / Math.max(B - y, LEAST));
    }

    /// Geometric mean of the probabilities of an answer's tokens.
    ///
    /// @param sum of their log-probabilities, nats
    static double confidence(double sum, int tokens) {
        return Math.exp(sum / tokens);
    }

    /// Share of clean inputs that are at least as suspicious, at most, in (0, 1].
    ///
    /// @param calibration scores of clean inputs
    static double p(List<Double> calibration, double score) {
        long low = calibration.stream().filter(one -> one <= score).count();
        return (1.0 + low) / (calibration.size() + 1);
    }

    /// Pairs of a triggered and a clean score of which the first is lower, half of the ties
    /// counted, over all pairs.
    ///
    /// @return empty if there is no pair
    public static OptionalDouble auroc(double[] triggered, double[] clean) {
        return Arrays.stream(triggered)
                .flatMap(bad -> Arrays.stream(clean).map(good -> bad < good ? 1 : bad > good ? 0 : 0.5))
                .average();
    }
}
