package io.lota4j.checkpoint;

import java.util.Arrays;
import java.util.List;

/// The lengths of a tensor's dimensions, outermost first; a scalar has none.
///
/// @param dims none negative, with a product that fits a long
public record Shape(List<Long> dims) {
    /// @throws IllegalArgumentException when a dimension is negative
    /// @throws ArithmeticException when the number of elements does not fit a long
    public Shape {
        dims = List.copyOf(dims);
        for (long dim : dims) {
            if (dim < 0) {
                throw new IllegalArgumentException("negative dimension in " + dims);
            }
        }
        product(dims);
    }

    /// A shape of these dimensions, outermost first.
    public static Shape of(long... dims) {
        return new Shape(Arrays.stream(dims).boxed().toList());
    }

    /// The number of elements; 1 for a scalar.
    public long numel() {
        return product(dims);
    }

    /// The number of dimensions.
    public int rank() {
        return dims.size();
    }

    /// @param index 0 (outermost) to rank - 1
    public long dim(int index) {
        return dims.get(index);
    }

    /// Such as `[2, 3]`.
    @Override
    public String toString() {
        return dims.toString();
    }

    private static long product(List<Long> dims) {
        long product = 1;
        for (long dim : dims) {
            product = Math.multiplyExact(product, dim);
        }
        return product;
    }
}
