package io.lota4j.train;

/// How gradients are bounded before a step. The factor is `max / (norm + 1e-6)` where that is under 1, as PyTorch's.
public enum Clip {
    NONE,
    /// One norm over all masked gradients.
    GLOBAL,
    /// Every tensor by itself, each to the full bound (LoTA's "even").
    TENSOR,
    /// Every tensor by itself, each to the bound over the square root of the number of tensors (LoTA's
    /// "proportional").
    PROPORTIONAL;

    private static final double TINY = 1e-6;

    /// The factor on each tensor's gradient.
    ///
    /// @param squares sum of squares of each tensor's gradient
    public double[] factors(double[] squares, double max) {
        double total = 0;
        for (double square : squares) {
            total += square;
        }
        double[] factors = new double[squares.length];
        for (int t = 0; t < factors.length; t++) {
            factors[t] = switch (this) {
                case NONE -> 1;
                case GLOBAL -> factor(total, max);
                case TENSOR -> factor(squares[t], max);
                case PROPORTIONAL -> factor(squares[t], max / Math.sqrt(squares.length));
            };
        }
        return factors;
    }

    private static double factor(double square, double max) {
        return Math.min(1, max / (Math.sqrt(square) + TINY));
    }
}
