package io.lota4j.internal.merge.source;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.mask.IndexSets;
import io.lota4j.internal.merge.ModelTensor;
import io.lota4j.internal.peft.AdapterModule;
import io.lota4j.internal.peft.Integers;
import java.util.Optional;

/// Values at indices in any order. An index may come again: its values are added up.
///
/// @param indices name of the parameter with the indices
/// @param values name of the parameter with as many values
/// @param pairs whether indices are `[2, n]`, rows and columns, instead of `[n]`, flat
record SparsePart(AdapterModule module, String indices, String values, boolean pairs) implements AdapterPart {
    /// @throws LotaException when a parameter is missing or their shapes do not belong together
    static SparsePart ofPairs(AdapterModule module, String indices, String values) {
        long count = module.shape(values, 1).dim(0);
        module.requireShape(indices, Shape.of(2, count), "rows and columns for " + values);
        return new SparsePart(module, indices, values, true);
    }

    /// @throws LotaException when a parameter is missing or their shapes do not belong together
    static SparsePart ofFlat(AdapterModule module, String indices, String values) {
        module.requireShape(indices, module.shape(values, 1), "one for each of " + values);
        return new SparsePart(module, indices, values, false);
    }

    @Override
    public Optional<Shape> shape() {
        return Optional.empty();
    }

    @Override
    public Optional<String> misfit(Shape base) {
        if (pairs && base.rank() != 2) {
            return Optional.of(Text.format(
                    "%s is for a matrix, but the base's tensor has shape %s.", module.where(indices), base));
        }
        return base.numel() <= IndexSets.MAX_ELEMENTS
                ? Optional.empty()
                : Optional.of(Text.format(
                        "%s is for a tensor of shape %s, over the limit of %d elements.",
                        module.where(indices), base, IndexSets.MAX_ELEMENTS));
    }

    @Override
    public SparseDelta on(Shape shape, Optional<ModelTensor.Weights> base) {
        return Scattered.delta(shape, flat(shape), module.values(values));
    }

    private int[] flat(Shape shape) {
        Integers stored = Integers.of(module, indices);
        int count = Math.toIntExact(module.info(values).shape().dim(0));
        int[] flat = new int[count];
        for (int i = 0; i < count; i++) {
            flat[i] = pairs ? flat(shape, i, stored.at(i), stored.at(count + i)) : flat(shape, i, stored.at(i));
        }
        return flat;
    }

    private int flat(Shape shape, int position, long row, long column) {
        if (row < 0 || row >= shape.dim(0) || column < 0 || column >= shape.dim(1)) {
            throw outside(shape, position, Text.format("(%d, %d)", row, column));
        }
        return (int) (row * shape.dim(1) + column);
    }

    private int flat(Shape shape, int position, long index) {
        if (index < 0 || index >= shape.numel()) {
            throw outside(shape, position, Long.toString(index));
        }
        return (int) index;
    }

    private LotaException outside(Shape shape, int position, String index) {
        return new LotaException(Text.format(
                "%s: index %s at position %d is outside the base's tensor of shape %s.",
                module.where(indices), index, position, shape));
    }
}
