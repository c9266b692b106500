package io.lota4j.train.attribution;

import io.lota4j.internal.mask.TensorValues;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskTensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import org.roaringbitmap.PeekableIntIterator;

/// Squared norms of values where masks are, summed up in F64 in the order of tensors and indices.
///
/// @param values of every tensor of the masks
record Squares(TensorValues values) {
    /// Values that are read at once.
    private static final int PART = 1 << 20;

    double of(Mask mask) {
        double sum = 0;
        for (Map.Entry<String, MaskTensor> entry : mask.tensors().entrySet()) {
            sum += of(entry.getKey(), entry.getValue());
        }
        return sum;
    }

    private double of(String name, MaskTensor tensor) {
        double sum = 0;
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
                sum += value * value;
            }
        }
        return sum;
    }
}
