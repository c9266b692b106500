package io.lota4j.internal.merge.source;

import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.merge.ModelTensor;
import io.lota4j.internal.peft.AdapterModule;
import java.util.Optional;

/// The product of two factors, `A [r, p]` and `B [q, r]`, as it is or transposed.
///
/// @param a name of the parameter `A`
/// @param b name of the parameter `B`
/// @param transposed whether the tensor is `[p, q]` instead of `[q, p]`
/// @param scale of the product
/// @param weight the tensor's shape
record LowRankPart(AdapterModule module, String a, String b, boolean transposed, float scale, Shape weight)
        implements AdapterPart {
    /// @throws io.lota4j.LotaException when a factor is missing or their ranks differ
    static LowRankPart of(AdapterModule module, String a, String b, boolean transposed, float scale) {
        Shape down = module.shape(a, 2);
        long outputs = module.shape(b, 2).dim(0);
        module.requireShape(b, Shape.of(outputs, down.dim(0)), "the rank of " + a);
        Shape weight = transposed ? Shape.of(down.dim(1), outputs) : Shape.of(outputs, down.dim(1));
        return new LowRankPart(module, a, b, transposed, scale, weight);
    }

    /// How many outputs the module has: the rows of `B`.
    long outputs() {
        return module.info(b).shape().dim(0);
    }

    @Override
    public Optional<Shape> shape() {
        return Optional.of(weight);
    }

    @Override
    public Optional<String> misfit(Shape base) {
        return base.equals(weight)
                ? Optional.empty()
                : Optional.of(Text.format(
                        "%s %s and %s are for a tensor of shape %s, but the base's has %s.",
                        module.where(a), module.info(a).shape(), module.info(b).shape(), weight, base));
    }

    @Override
    public LowRankDelta on(Shape shape, Optional<ModelTensor.Weights> base) {
        int rank = Math.toIntExact(module.info(a).shape().dim(0));
        float[] down = module.values(a);
        float[] up = module.values(b);
        return transposed
                ? new LowRankDelta(weight, transpose(down, rank), transpose(up, up.length / rank), rank, scale)
                : new LowRankDelta(weight, up, down, rank, scale);
    }

    private static float[] transpose(float[] matrix, int rows) {
        int columns = matrix.length / rows;
        float[] transposed = new float[matrix.length];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                transposed[column * rows + row] = matrix[row * columns + column];
            }
        }
        return transposed;
    }
}
