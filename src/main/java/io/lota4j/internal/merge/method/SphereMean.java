package io.lota4j.internal.merge.method;

import java.util.stream.IntStream;

/// Finds the unit vector with the least sum of squared angles to some vectors, as a combination of them.
final class SphereMean {
    private final Gram gram;
    private final double tolerance;
    private final double meanNorm;
    private final int vectors;

    /// Those that are not of length zero; the others have no direction.
    private final int[] directed;

    /// @param tolerance lengths and angles, in radians, that are smaller are taken for zero
    SphereMean(Gram gram, int vectors, double tolerance) {
        this.gram = gram;
        this.tolerance = tolerance;
        this.vectors = vectors;
        directed = IntStream.range(0, vectors)
                .filter(i -> gram.norm(i) > tolerance)
                .toArray();
        meanNorm = IntStream.range(0, vectors).mapToDouble(gram::norm).sum() / vectors;
    }

    /// @return the factors of the mean, whose length is the mean length
    double[] find(int iterations) {
        double[] mean = start();
        for (int i = 0; i < iterations; i++) {
            double[] tangent = tangent(mean);
            double length = gram.norm(tangent);
            if (length < tolerance) {
                break;
            }
            mean = unit(sum(Math.cos(length), mean, Math.sin(length) / length, tangent));
        }
        return sum(meanNorm, mean, 0, mean);
    }

    /// The normalized sum of the directions, or one of them where they cancel.
    private double[] start() {
        double[] start = new double[vectors];
        for (int i : directed) {
            start[i] = 1 / (gram.norm(i) * directed.length);
        }
        if (directed.length > 0 && gram.norm(start) < tolerance) {
            start = new double[vectors];
            start[directed[0]] = 1;
        }
        return unit(start);
    }

    /// The mean of the arcs from a point of the sphere to all directions.
    private double[] tangent(double[] point) {
        double[] tangent = new double[vectors];
        for (int i : directed) {
            double[] direction = new double[vectors];
            direction[i] = 1 / gram.norm(i);
            double cosine = Math.clamp(gram.product(point, direction), -1.0, 1.0);
            double angle = Math.acos(cosine);
            if (angle >= tolerance) {
                double arc = angle / (Math.sin(angle) * directed.length);
                tangent = sum(1, tangent, arc, sum(1, direction, -cosine, point));
            }
        }
        return tangent;
    }

    private double[] unit(double[] factors) {
        double norm = gram.norm(factors);
        return norm > tolerance ? sum(1 / norm, factors, 0, factors) : factors;
    }

    private static double[] sum(double a, double[] x, double b, double[] y) {
        double[] sum = new double[x.length];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = a * x[i] + b * y[i];
        }
        return sum;
    }
}
