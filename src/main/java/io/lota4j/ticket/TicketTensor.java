package io.lota4j.ticket;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Floats;
import io.lota4j.internal.mask.IndexSets;
import io.lota4j.internal.ticket.Bits;
import io.lota4j.internal.ticket.Differences;
import io.lota4j.internal.ticket.ExactValues;
import io.lota4j.internal.ticket.TensorLayout;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.BatchIterator;
import org.roaringbitmap.RoaringBitmap;

/// The deltas of one tensor. Index set and arrays are never to be changed, by anyone, once they are in here.
///
/// @param shape of the tensor; at most [IndexSets#MAX_ELEMENTS] elements
/// @param valueType what a file keeps the values as: F32 or BF16
/// @param index flat row-major indices of the changed weights
/// @param values tuned minus base weights in index order, exact in `valueType`
/// @param baseType what the base keeps the tensor as: F32, BF16 or F16
/// @param baseBits the base's own elements in index order, little-endian, which make reverting exact; or null
/// @param exact tuned weights that base + delta does not give; or null for none
@SuppressWarnings("ArrayRecordComponent") // Ten million boxed values are no option; equals and hashCode see contents.
public record TicketTensor(
        Shape shape,
        DType valueType,
        RoaringBitmap index,
        float[] values,
        DType baseType,
        byte @Nullable [] baseBits,
        @Nullable ExactValues exact) {
    private static final int BATCH = 4096;

    /// Something done with every changed weight.
    @FunctionalInterface
    public interface EntryVisitor {
        /// @param position in [#values()], from 0
        /// @param index flat and row-major, in the tensor
        void visit(int position, int index);
    }

    /// Something done with every changed weight and what becomes of it.
    @FunctionalInterface
    public interface TunedVisitor {
        /// Takes a weight.
        ///
        /// @param position in [#values()], from 0
        /// @param index flat and row-major, in the tensor
        /// @param base the weight before
        /// @param tuned the weight after, in F32
        void visit(int position, int index, float base, float tuned);
    }

    /// @throws IllegalArgumentException when types, counts and shape do not belong together
    public TicketTensor {
        require(valueType == DType.F32 || valueType == DType.BF16, "values are F32 or BF16, not " + valueType);
        require(isBaseType(baseType), "a base is F32, BF16 or F16, not " + baseType);
        require(shape.numel() <= IndexSets.MAX_ELEMENTS, shape + " is too large for an index set");
        require(
                index.isEmpty() || Integer.toUnsignedLong(index.last()) < shape.numel(),
                "an index is past the end of shape " + shape);
        require(index.getLongCardinality() == values.length, values.length + " values for another number of indices");
        require(
                baseBits == null || baseBits.length == (long) values.length * baseType.size(),
                "base bits of another length");
        require(exact == null || index.contains(exact.index()), "an exact value is at an index that does not change");
    }

    /// Deltas that give every tuned weight.
    public TicketTensor(
            Shape shape,
            DType valueType,
            RoaringBitmap index,
            float[] values,
            DType baseType,
            byte @Nullable [] baseBits) {
        this(shape, valueType, index, values, baseType, baseBits, null);
    }

    /// Deltas without base bits; [Tickets#withBaseBits] adds them.
    public TicketTensor(Shape shape, DType valueType, RoaringBitmap index, float[] values, DType baseType) {
        this(shape, valueType, index, values, baseType, null, null);
    }

    /// What leads from one tensor to another: a delta for each element that differs, and what no delta gives.
    ///
    /// @param base all elements of the base's tensor
    /// @param tuned as many, F32, BF16 or F16
    public static TicketTensor between(
            Shape shape, DType baseType, MemorySegment base, DType tunedType, MemorySegment tuned) {
        Differences differences = new Differences(baseType, base, tunedType, tuned, Math.toIntExact(shape.numel()));
        long[] marks = differences.marks();
        Differences.Gathered gathered = differences.gather(marks);
        return new TicketTensor(
                shape,
                DType.F32,
                IndexSets.ofRanges(marks, Long.SIZE),
                gathered.values(),
                baseType,
                gathered.baseBits(),
                gathered.exact());
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    /// Whether a ticket can be for a tensor that the base keeps as this.
    public static boolean isBaseType(DType dtype) {
        return dtype == DType.F32 || dtype == DType.BF16 || dtype == DType.F16;
    }

    /// How many weights change.
    public int nnz() {
        return values.length;
    }

    /// The tensor, whatever changes in it.
    public TensorLayout layout() {
        return new TensorLayout(shape, baseType);
    }

    /// Visits every changed weight, in index order.
    public void forEach(EntryVisitor visitor) {
        forEach(index, visitor);
    }

    /// Visits every changed weight with what it is and what it becomes, in index order.
    ///
    /// @param type of the elements
    /// @param base all elements of the tensor
    public void forEachTuned(DType type, MemorySegment base, TunedVisitor visitor) {
        ExactValues.Cursor cursor = new ExactValues.Cursor(exact);
        forEach((position, at) -> {
            float before = Floats.get(type, base, at);
            visitor.visit(position, at, before, cursor.at(at) ? cursor.value() : before + values[position]);
        });
    }

    /// As [#forEachTuned(DType, MemorySegment, TunedVisitor)], with the base's weights that the ticket keeps.
    public void forEachKept(byte[] bits, TunedVisitor visitor) {
        ExactValues.Cursor cursor = new ExactValues.Cursor(exact);
        MemorySegment kept = MemorySegment.ofArray(bits);
        forEach((position, at) -> {
            float before = Floats.get(baseType, kept, position);
            visitor.visit(position, at, before, cursor.at(at) ? cursor.value() : before + values[position]);
        });
    }

    /// Working weights in F32, to which a ticket is added.
    public interface Weights {
        /// The weight now.
        ///
        /// @param position in [#values()], from 0
        /// @param index flat and row-major, in the tensor
        float get(int position, int index);

        /// Changes the weight.
        void set(int position, int index, float value);
    }

    /// Adds the deltas to weights that may have been changed already. A weight that is still the base's becomes what
    /// is kept exactly, where something is.
    ///
    /// @param name for messages
    /// @param type of the base's elements
    /// @param base all elements of the base's tensor
    /// @throws LotaException when a changed weight is to become a number to which no delta leads
    public void addTo(String name, DType type, MemorySegment base, Weights weights) {
        addTo(name, type, base, 0, shape.numel(), weights);
    }

    /// As the other `addTo`, of the deltas in a range of the tensor.
    ///
    /// @param first flat, row-major index where the range begins
    /// @param count its length
    public void addTo(String name, DType type, MemorySegment base, long first, long count, Weights weights) {
        ExactValues.Cursor cursor = new ExactValues.Cursor(exact);
        forEach(index, first, first + count, (position, at) -> {
            float now = weights.get(position, at);
            if (!cursor.at(at)) {
                weights.set(position, at, now + values[position]);
                return;
            }
            float value = cursor.value();
            float before = Floats.get(type, base, at);
            boolean untouched = Float.floatToRawIntBits(now) == Float.floatToRawIntBits(before);
            if (!untouched && (!Float.isFinite(value) || !Float.isFinite(before))) {
                throw noDelta(name, at, value);
            }
            weights.set(position, at, untouched ? value : now + values[position]);
        });
    }

    public static void forEach(RoaringBitmap index, EntryVisitor visitor) {
        forEach(index, 0, IndexSets.MAX_ELEMENTS, visitor);
    }

    private static void forEach(RoaringBitmap index, long from, long to, EntryVisitor visitor) {
        int[] batch = new int[BATCH];
        BatchIterator iterator = index.getBatchIterator();
        int position = from == 0 ? 0 : index.rank((int) from - 1);
        if (from > 0) {
            iterator.advanceIfNeeded((int) from);
        }
        while (iterator.hasNext()) {
            int count = iterator.nextBatch(batch);
            for (int i = 0; i < count; i++) {
                if (batch[i] >= to) {
                    return;
                }
                visitor.visit(position++, batch[i]);
            }
        }
    }

    /// In a shape that the compiler makes vectors of; NaN is larger than all.
    boolean isFinite() {
        float largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return Float.isFinite(largest);
    }

    /// @throws LotaException when a delta is NaN or infinite, naming the tensor and the index
    public void requireFinite(String name) {
        if (isFinite()) {
            return;
        }
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new LotaException(Text.format(
                        "Tensor '%s': the delta at index %d is %s; a ticket holds finite numbers only.",
                        name, index.select(i), values[i]));
            }
        }
    }

    /// Refuses to take exact values for their deltas where none leads there, as to a NaN.
    ///
    /// @param but indices where the values are kept
    public void requireDeltas(String name, RoaringBitmap but) {
        if (exact == null) {
            return;
        }
        TicketTensor.forEach(exact.index(), (position, at) -> {
            float value = exact.value(position);
            boolean far = value != 0 && values[index.rank(at) - 1] == 0;
            if (!but.contains(at) && (far || !Float.isFinite(value))) {
                throw noDelta(name, at, value);
            }
        });
    }

    static LotaException noDelta(String name, int index, float value) {
        return new LotaException(Text.format(
                "Tensor '%s': the ticket makes the weight at index %d %s, to which no finite delta leads, so it cannot "
                        + "be scaled, or added to or merged with others.",
                name, index, value));
    }

    /// The same deltas, rounded to another value type when it is narrower.
    ///
    /// @param type F32 or BF16
    TicketTensor withValueType(DType type) {
        if (type != DType.BF16 || valueType == DType.BF16) {
            return new TicketTensor(shape, type, index, values, baseType, baseBits, exact);
        }
        float[] rounded = new float[values.length];
        for (int i = 0; i < rounded.length; i++) {
            rounded[i] = Floats.bf16ToFloat(Floats.floatToBf16(values[i]));
        }
        return new TicketTensor(shape, type, index, rounded, baseType, baseBits, exact);
    }

    /// The same tensor with no weight changed.
    TicketTensor without() {
        return new TicketTensor(shape, valueType, new RoaringBitmap(), new float[0], baseType, new byte[0], null);
    }

    /// The same deltas without those at some indices, in time that grows with the deltas alone.
    TicketTensor without(RoaringBitmap gone) {
        RoaringBitmap kept = IndexSets.optimized(RoaringBitmap.andNot(index, gone));
        int count = kept.getCardinality();
        if (count == values.length) {
            return this;
        }
        float[] some = new float[count];
        int size = baseType.size();
        byte[] bits = baseBits == null ? null : new byte[Math.multiplyExact(count, size)];
        int[] next = {0};
        forEach((position, at) -> {
            if (!kept.contains(at)) {
                return;
            }
            some[next[0]] = values[position];
            if (baseBits != null && bits != null) {
                System.arraycopy(baseBits, position * size, bits, next[0] * size, size);
            }
            next[0]++;
        });
        ExactValues left = exact == null ? null : exact.only(RoaringBitmap.andNot(exact.index(), gone));
        return new TicketTensor(shape, valueType, kept, some, baseType, bits, left);
    }

    /// The same deltas with base bits read from a tensor of the base.
    TicketTensor withBaseBits(MemorySegment base) {
        int size = baseType.size();
        byte[] bits = new byte[Math.multiplyExact(values.length, size)];
        MemorySegment gathered = MemorySegment.ofArray(bits);
        forEach((position, at) -> Bits.copy(size, base, at, gathered, position));
        return new TicketTensor(shape, valueType, index, values, baseType, bits, exact);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TicketTensor that
                && shape.equals(that.shape)
                && valueType == that.valueType
                && baseType == that.baseType
                && index.equals(that.index)
                && Arrays.equals(values, that.values)
                && Arrays.equals(baseBits, that.baseBits)
                && Objects.equals(exact, that.exact);
    }

    @Override
    public int hashCode() {
        return 31 * index.hashCode() + Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return Text.format("%d %s deltas of %s %s", nnz(), valueType, baseType, shape);
    }
}
