package io.lota4j.mask;

import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.mask.IndexSets;
import org.roaringbitmap.RoaringBitmap;

/// The trainable weights of one tensor.
///
/// @param shape of the tensor; at most [IndexSets#MAX_ELEMENTS] elements
/// @param trainable flat row-major indices; never to be changed, by anyone, once it is in here
public record MaskTensor(Shape shape, RoaringBitmap trainable) {
    /// @throws IllegalArgumentException when the tensor is too large or an index is past its end
    public MaskTensor {
        if (shape.numel() > IndexSets.MAX_ELEMENTS) {
            throw new IllegalArgumentException(Text.format(
                    "%s has %d elements, over the limit of %d", shape, shape.numel(), IndexSets.MAX_ELEMENTS));
        }
        if (!trainable.isEmpty() && Integer.toUnsignedLong(trainable.last()) >= shape.numel()) {
            throw new IllegalArgumentException(Text.format(
                    "index %d is past the end of shape %s", Integer.toUnsignedLong(trainable.last()), shape));
        }
    }

    /// How many weights are trainable.
    public long count() {
        return trainable.getLongCardinality();
    }

    /// The other weights of the tensor.
    MaskTensor invert() {
        return new MaskTensor(shape, IndexSets.optimized(RoaringBitmap.flip(trainable, 0L, shape.numel())));
    }
}
