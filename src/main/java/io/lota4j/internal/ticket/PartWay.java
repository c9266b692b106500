package io.lota4j.internal.ticket;

import io.lota4j.checkpoint.DType;
import io.lota4j.internal.checkpoint.Floats;
import io.lota4j.internal.mask.IndexSets;
import io.lota4j.ticket.TicketTensor;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.PeekableIntIterator;
import org.roaringbitmap.RoaringBitmap;

/// The deltas of one tensor on the way from one ticket to another, in O(entries). Both are for one base.
///
/// @param name for messages
/// @param alpha how far, in [0, 1], F32
public record PartWay(String name, float alpha) {
    /// Deltas times alpha, in F32, with the base's bits. A weight that was kept exactly gets the part of
    /// its delta.
    ///
    /// @throws io.lota4j.LotaException when a weight is kept exactly to which no finite delta leads
    public TicketTensor of(TicketTensor tensor) {
        if (alpha == 1) {
            return tensor;
        }
        tensor.requireDeltas(name, new RoaringBitmap());
        float[] values = new float[tensor.nnz()];
        for (int i = 0; i < values.length; i++) {
            values[i] = tensor.values()[i] * alpha;
        }
        return new TicketTensor(
                tensor.shape(), DType.F32, tensor.index(), values, tensor.baseType(), tensor.baseBits(), null);
    }

    /// What is `before + alpha x (after - before)` in F32, with an entry wherever one of both has one. A
    /// weight that has the same bits with both keeps what `after` says.
    ///
    /// @param before null where nothing is on the tensor
    public TicketTensor of(@Nullable TicketTensor before, TicketTensor after) {
        if (before == null) {
            return of(after);
        }
        before.requireDeltas(name, new RoaringBitmap());
        after.requireDeltas(name, new RoaringBitmap());
        RoaringBitmap union = IndexSets.optimized(RoaringBitmap.or(before.index(), after.index()));
        float[] values = new float[union.getCardinality()];
        int size = after.baseType().size();
        byte @Nullable [] bits =
                before.baseBits() == null || after.baseBits() == null ? null : new byte[values.length * size];
        Reader from = new Reader(before);
        Reader to = new Reader(after);
        TicketTensor.forEach(union, (position, at) -> {
            float start = from.at(at);
            float end = to.at(at);
            Reader kept = to.found ? to : from;
            values[position] = kept.isSame(start, end) ? end : between(start, end);
            if (bits != null) {
                kept.copyBase(bits, position, size);
            }
        });
        return new TicketTensor(after.shape(), DType.F32, union, values, after.baseType(), bits, null);
    }

    private float between(float start, float end) {
        return alpha == 1 ? end : start + alpha * (end - start);
    }

    /// Goes through a tensor's entries beside those of a larger set.
    private static final class Reader {
        private final TicketTensor tensor;
        private final PeekableIntIterator indices;
        private int next;
        private boolean found;

        Reader(TicketTensor tensor) {
            this.tensor = tensor;
            this.indices = tensor.index().getIntIterator();
        }

        /// The delta at an index, 0 where there is none.
        float at(int index) {
            found = indices.hasNext() && indices.peekNext() == index;
            if (!found) {
                return 0;
            }
            indices.next();
            return tensor.values()[next++];
        }

        /// Whether two deltas make the same of the base's weight at the entry that was read last.
        boolean isSame(float one, float other) {
            if (one == other || tensor.baseBits() == null) {
                return one == other;
            }
            float base = Floats.get(tensor.baseType(), MemorySegment.ofArray(tensor.baseBits()), next - 1);
            return Float.floatToRawIntBits(base + one) == Float.floatToRawIntBits(base + other);
        }

        void copyBase(byte[] target, int position, int size) {
            byte[] bits = tensor.baseBits();
            if (bits != null) {
                System.arraycopy(bits, (next - 1) * size, target, position * size, size);
            }
        }
    }
}
