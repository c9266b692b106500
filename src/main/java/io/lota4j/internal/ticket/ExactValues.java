package io.lota4j.internal.ticket;

import io.lota4j.checkpoint.DType;
import io.lota4j.internal.checkpoint.Floats;
import io.lota4j.internal.mask.IndexSets;
import io.lota4j.ticket.TicketTensor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.PeekableIntIterator;
import org.roaringbitmap.RoaringBitmap;
import org.roaringbitmap.RoaringBitmapWriter;

/// Tuned weights that base + delta does not give, as they are: where no float leads from one to the other, a negative
/// zero, a NaN.
///
/// @param type what they are kept as: F32, BF16 or F16
/// @param index flat row-major indices of them; never empty, and never to be changed
/// @param bits their elements in index order, little-endian; never to be changed
@SuppressWarnings("ArrayRecordComponent") // equals and hashCode see contents
public record ExactValues(DType type, RoaringBitmap index, byte[] bits) {
    /// @throws IllegalArgumentException when type, indices and bits do not belong together, or there are none
    public ExactValues {
        if (!TicketTensor.isBaseType(type)) {
            throw new IllegalArgumentException("exact values are F32, BF16 or F16, not " + type);
        }
        if (index.isEmpty() || bits.length != index.getLongCardinality() * type.size()) {
            throw new IllegalArgumentException(bits.length + " bytes of exact values for another number of indices");
        }
    }

    /// Values as F32.
    ///
    /// @param values by index, in their order
    /// @return empty for none
    public static Optional<ExactValues> of(SortedMap<Integer, Float> values) {
        if (values.isEmpty()) {
            return Optional.empty();
        }
        byte[] bits = new byte[values.size() * Float.BYTES];
        MemorySegment elements = MemorySegment.ofArray(bits);
        RoaringBitmapWriter<RoaringBitmap> index = IndexSets.writer();
        int position = 0;
        for (Map.Entry<Integer, Float> entry : values.entrySet()) {
            index.add(entry.getKey());
            Floats.set(DType.F32, elements, position++, entry.getValue());
        }
        return Optional.of(new ExactValues(DType.F32, IndexSets.optimized(index.get()), bits));
    }

    /// How many there are.
    public int count() {
        return bits.length / type.size();
    }

    /// A tuned weight as a float, which loses no bit.
    ///
    /// @param position from 0
    public float value(int position) {
        return Floats.get(type, MemorySegment.ofArray(bits), position);
    }

    /// Something done with every value of a range.
    @FunctionalInterface
    public interface ValueVisitor {
        /// @param index flat and row-major, in the tensor
        /// @param value the tuned weight, as [#value(int)] gives it
        void visit(int index, float value);
    }

    /// Visits the values in a range of the tensor, in index order.
    ///
    /// @param from flat, row-major index where the range begins
    /// @param count its length
    public void within(long from, long count, ValueVisitor visitor) {
        PeekableIntIterator indices = index.getIntIterator();
        indices.advanceIfNeeded((int) from);
        int position = from == 0 ? 0 : index.rank((int) from - 1);
        while (indices.hasNext() && indices.peekNext() < from + count) {
            visitor.visit(indices.next(), value(position++));
        }
    }

    /// Some of these values.
    ///
    /// @param kept a subset of the indices
    /// @return null for none
    public @Nullable ExactValues only(RoaringBitmap kept) {
        if (kept.isEmpty()) {
            return null;
        }
        byte[] some = new byte[Math.multiplyExact(kept.getCardinality(), type.size())];
        MemorySegment from = MemorySegment.ofArray(bits);
        MemorySegment to = MemorySegment.ofArray(some);
        TicketTensor.forEach(kept, (position, at) -> Bits.copy(type.size(), from, index.rank(at) - 1, to, position));
        return new ExactValues(type, kept, some);
    }

    /// Finds values while indices of a tensor are gone through in their order.
    public static final class Cursor {
        private final @Nullable ExactValues values;
        private final @Nullable PeekableIntIterator indices;
        private int position = -1;
        private int next = -1;

        public Cursor(@Nullable ExactValues values) {
            this.values = values;
            this.indices = values == null ? null : values.index.getIntIterator();
            step();
        }

        private void step() {
            position++;
            next = indices != null && indices.hasNext() ? indices.next() : -1;
        }

        /// Whether there is a value at an index; then [#value()] gives it.
        public boolean at(int index) {
            while (next >= 0 && next < index) {
                step();
            }
            return index == next;
        }

        /// The value at the last index that had one, once.
        public float value() {
            if (values == null) {
                throw new IllegalStateException("no exact value here");
            }
            float value = values.value(position);
            step();
            return value;
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ExactValues that
                && type == that.type
                && index.equals(that.index)
                && Arrays.equals(bits, that.bits);
    }

    @Override
    public int hashCode() {
        return 31 * index.hashCode() + Arrays.hashCode(bits);
    }

    @Override
    public String toString() {
        return count() + " exact " + type + " values";
    }
}
