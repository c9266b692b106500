package io.lota4j.internal.merge.method;

import io.lota4j.internal.merge.Piece;
import io.lota4j.internal.merge.TensorPieces;

/// The dot products of all pairs of some vectors, in F64: all that has to be known of vectors whose combination
/// is sought.
final class Gram {
    private final double[][] products;

    Gram(double[][] products) {
        this.products = products;
    }

    /// @param source the vectors, by model
    /// @param vectors how many there are
    /// @throws io.lota4j.LotaException when a value is NaN or infinite
    static Gram of(TensorPieces tensor, Trim.Kept source, int vectors) {
        Lanes[] lanes = tensor.fold(
                () -> Lanes.zeros(vectors * vectors),
                (sums, piece) -> add(sums, piece, source, vectors),
                Lanes::addAll);
        double[][] products = new double[vectors][vectors];
        for (int a = 0; a < vectors; a++) {
            for (int b = 0; b <= a; b++) {
                products[a][b] = NotFinite.check(tensor, a, lanes[a * vectors + b].sum());
                products[b][a] = products[a][b];
            }
        }
        return new Gram(products);
    }

    /// Of a row of the models' values, summed from first to last.
    static Gram ofRow(float[][] values, int from, int to) {
        double[][] products = new double[values.length][values.length];
        for (int a = 0; a < values.length; a++) {
            for (int b = 0; b < values.length; b++) {
                products[a][b] = PieceRows.product(values[a], values[b], from, to);
            }
        }
        return new Gram(products);
    }

    private static void add(Lanes[] sums, Piece piece, Trim.Kept source, int vectors) {
        float[][] values = new float[vectors][];
        for (int a = 0; a < vectors; a++) {
            values[a] = source.of(piece, a);
            for (int b = 0; b <= a; b++) {
                sums[a * vectors + b].addProducts(piece, values[a], values[b]);
            }
        }
    }

    double norm(int vector) {
        return Math.sqrt(products[vector][vector]);
    }

    double product(int a, int b) {
        return products[a][b];
    }

    /// The dot product of two combinations of the vectors.
    ///
    /// @param a by what each vector is multiplied in one
    /// @param b by what each vector is multiplied in the other
    double product(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < b.length; j++) {
                sum += a[i] * b[j] * products[i][j];
            }
        }
        return sum;
    }

    /// The length of a combination of the vectors.
    double norm(double[] factors) {
        // Rounding can make it negative where the vectors cancel.
        return Math.sqrt(Math.max(0, product(factors, factors)));
    }
}
