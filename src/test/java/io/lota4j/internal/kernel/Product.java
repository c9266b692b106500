package io.lota4j.internal.kernel;

import java.util.SplittableRandom;

/// The factors of a sampled product.
///
/// @param x `[tokens, columns]`, row-major
/// @param dy `[tokens, rows]`, row-major
record Product(Case c, float[] x, float[] dy) {
    static Product whole(Case c) {
        SplittableRandom random = c.random();
        return new Product(
                c, Values.whole(random, c.tokens() * c.columns()), Values.whole(random, c.tokens() * c.rows()));
    }

    static Product gaussian(Case c) {
        SplittableRandom random = c.random();
        return new Product(
                c, Values.gaussian(random, c.tokens() * c.columns()), Values.gaussian(random, c.tokens() * c.rows()));
    }

    /// The factors as they are after they went through layouts that hold only one token.
    Product as(Layout layoutX, Layout layoutDy) {
        return new Product(c, layoutX.seen(x, c.tokens(), c.columns()), layoutDy.seen(dy, c.tokens(), c.rows()));
    }

    Activations x(Layout layout, Place place) {
        return put(layout.of(x, c.tokens(), c.columns()), place);
    }

    Activations dy(Layout layout, Place place) {
        return put(layout.of(dy, c.tokens(), c.rows()), place);
    }

    private static Activations put(Activations a, Place place) {
        return new Activations(place.put(a.memory()), a.tokens(), a.features(), a.tokenStride(), a.featureStride());
    }

    /// The sum for one element of the weight, in F64.
    double exact(int element) {
        double sum = 0;
        for (int t = 0; t < c.tokens(); t++) {
            sum += product(t, element);
        }
        return sum;
    }

    /// As [#exact] with the size of each product: the scale of a sum's rounding errors.
    double magnitude(int element) {
        double sum = 0;
        for (int t = 0; t < c.tokens(); t++) {
            sum += Math.abs(product(t, element));
        }
        return sum;
    }

    private double product(int token, int element) {
        int row = element / c.columns();
        int column = element % c.columns();
        return (double) dy[token * c.rows() + row] * x[token * c.columns() + column];
    }
}
