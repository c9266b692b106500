package io.lota4j.train.objective;

/// The logistic function, without overflow.
final class Logistic {
    private Logistic() {}

    /// `1 / (1 + exp(-x))`
    static double sigmoid(double x) {
        if (x >= 0) {
            return 1 / (1 + Math.exp(-x));
        }
        double e = Math.exp(x);
        return e / (1 + e);
    }

    /// `log(1 + exp(x))`
    static double softplus(double x) {
        return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    }
}
