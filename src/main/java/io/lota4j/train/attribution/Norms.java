package io.lota4j.train.attribution;

import io.lota4j.internal.mask.TensorValues;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskTensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import org.roaringbitmap.PeekableIntIterator;

/// Norms of values where masks are, summed up in F64 in the order of tensors and indices.
///
/// @param values of every tensor of the masks
record Norms(TensorValues values) {
    /// Of values.
    ///
    /// @param absolute sum of what they are without their signs
    /// @param squares sum of their squares
    record Sums(double absolute, double squares) {
        private Sums plus(Sums other) {
            return new Sums(absolute + other.absolute, squares + other.squares);
        }
    }

    /// Values that are read at once.
    private static final int PART = 1 << 20;

    Sums of(Mask mask) {
        Sums sums = new Sums(0, 0);
        for (Map.Entry<String, MaskTensor> entry : mask.tensors().entrySet()) {
            sums = sums.plus(of(entry.getKey(), entry.getValue()));
        }
        return sums;
    }

    private Sums of(String name, MaskTensor tensor) {
        double absolute = 0;
        double squares = 0;
        long end = tensor.shape().numel();
        MemorySegment buffer = MemorySegment.ofArray(new float[(int) Math.min(PART, end)]);
        PeekableIntIterator indices = tensor.trainable().getIntIterator();
        while (indices.hasNext()) {
            long first = Integer.toUnsignedLong(indices.peekNext());
            long count = Math.min(PART, end - first);
            values.read(name, first, buffer.asSlice(0, count * Float.BYTES));
            while (indices.hasNext() && Integer.toUnsignedLong(indices.peekNext()) < first + count) {
                long at = Integer.toUnsignedLong(indices.next()) - first;
                double value = buffer.getAtIndex(ValueLayout.JAVA_FLOAT, at);
                absolute += Math.abs(value);
                squares += value * value;
            }
        }
        return new Sums(absolute, squares);
    }
}
