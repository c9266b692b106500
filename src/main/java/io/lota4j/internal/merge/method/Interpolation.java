package io.lota4j.internal.merge.method;

/// Factors for two vectors: `(a x + b y) / divisor`.
///
/// @param divisor not 0
record Interpolation(float a, float b, float divisor) {
    /// On the straight line from x (t = 0) to y (t = 1).
    static Interpolation straight(double t) {
        return new Interpolation((float) (1 - t), (float) t, 1);
    }

    /// On the great circle from x to y, each factor divided by the sine.
    ///
    /// @param angle between the vectors, in radians
    static Interpolation circle(double t, double angle) {
        double sine = Math.sin(angle);
        return new Interpolation((float) (Math.sin((1 - t) * angle) / sine), (float) (Math.sin(t * angle) / sine), 1);
    }

    /// On the great circle from x to y, the sum divided by the sine.
    ///
    /// @param angle between the vectors, in radians
    static Interpolation dividedCircle(double t, double angle) {
        return new Interpolation(
                (float) Math.sin((1 - t) * angle), (float) Math.sin(t * angle), (float) Math.sin(angle));
    }

    void merge(float[] x, float[] y, float[] merged, int from, int to) {
        for (int i = from; i < to; i++) {
            merged[i] = (a * x[i] + b * y[i]) / divisor;
        }
    }
}
