package io.lota4j.internal.train.fit;

import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.checkpoint.Floats;
import io.lota4j.internal.mask.IndexSets;
import io.lota4j.internal.ticket.ExactValues;
import io.lota4j.mask.MaskTensor;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketTensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.PeekableIntIterator;
import org.roaringbitmap.RoaringBitmap;

/// The weights of one tensor that some ticket changes, as a mix of the tickets: base + the sum of
/// coefficients times deltas, in F32 and in the tickets' order, as merging by addition computes it.
final class MixedTensor {
    private final RoaringBitmap union;
    private final float[] base;
    private final List<Part> parts = new ArrayList<>();

    /// What one ticket adds.
    ///
    /// @param ticket its place among the tickets
    /// @param places of its deltas in the union, or null where it is all of it
    /// @param exact weights that base + delta does not give
    @SuppressWarnings("ArrayRecordComponent") // made once, never written
    private record Part(
            int ticket,
            int @Nullable [] places,
            float[] values,
            @Nullable ExactValues exact) {
        int place(int delta) {
            return places == null ? delta : places[delta];
        }
    }

    /// @param type of the base's elements
    /// @param elements all of the base's
    private MixedTensor(RoaringBitmap union, DType type, MemorySegment elements) {
        this.union = union;
        this.base = new float[union.getCardinality()];
        PeekableIntIterator indices = union.getIntIterator();
        for (int place = 0; indices.hasNext(); place++) {
            base[place] = Floats.get(type, elements, Integer.toUnsignedLong(indices.next()));
        }
    }

    /// The mix of what tickets change in a tensor; some may not have it.
    static MixedTensor of(String name, List<Ticket> tickets, DType type, MemorySegment elements) {
        RoaringBitmap union = new RoaringBitmap();
        for (Ticket ticket : tickets) {
            TicketTensor tensor = ticket.tensors().get(name);
            if (tensor != null) {
                union.or(tensor.index());
            }
        }
        MixedTensor mixed = new MixedTensor(IndexSets.optimized(union), type, elements);
        for (int t = 0; t < tickets.size(); t++) {
            TicketTensor tensor = tickets.get(t).tensors().get(name);
            if (tensor != null && tensor.nnz() > 0) {
                mixed.parts.add(new Part(t, mixed.places(tensor.index()), tensor.values(), tensor.exact()));
            }
        }
        return mixed;
    }

    private int @Nullable [] places(RoaringBitmap index) {
        int count = index.getCardinality();
        if (count == base.length) {
            return null;
        }
        int[] places = new int[count];
        PeekableIntIterator all = union.getIntIterator();
        PeekableIntIterator own = index.getIntIterator();
        int place = 0;
        for (int delta = 0; delta < count; delta++) {
            int next = own.next();
            while (all.next() != next) {
                place++;
            }
            places[delta] = place++;
        }
        return places;
    }

    /// The weights that some ticket changes.
    MaskTensor mask(Shape shape) {
        return new MaskTensor(shape, union);
    }

    /// Whether a ticket changes a weight of it.
    boolean has(int ticket) {
        return parts.stream().anyMatch(part -> part.ticket == ticket);
    }

    /// The weights of the union with a share of each ticket.
    ///
    /// @param coefficients one a ticket
    float[] mixed(double[] coefficients) {
        float[] mixed = new float[base.length];
        for (Part part : parts) {
            float coefficient = (float) coefficients[part.ticket];
            for (int delta = 0; delta < part.values.length; delta++) {
                mixed[part.place(delta)] += coefficient * part.values[delta];
            }
        }
        for (int place = 0; place < mixed.length; place++) {
            // Of a negative zero nothing may become a positive one.
            mixed[place] = mixed[place] == 0 ? base[place] : base[place] + mixed[place];
        }
        return mixed;
    }

    /// The weights of the union with one ticket alone, bit for bit as it is put on a base.
    float[] alone(int ticket) {
        float[] alone = base.clone();
        for (Part part : parts) {
            if (part.ticket == ticket) {
                for (int delta = 0; delta < part.values.length; delta++) {
                    alone[part.place(delta)] += part.values[delta];
                }
                ExactValues exact = part.exact;
                if (exact != null) {
                    exact.within(0, Integer.MAX_VALUE, (index, value) -> alone[union.rank(index) - 1] = value);
                }
            }
        }
        return alone;
    }

    /// Adds the gradients of the coefficients, each the product of a ticket's deltas with the weights'
    /// gradient.
    ///
    /// @param gradient F32, of the weights of the union
    /// @param sums one a ticket
    void addProducts(MemorySegment gradient, double[] sums) {
        for (Part part : parts) {
            double sum = 0;
            for (int delta = 0; delta < part.values.length; delta++) {
                sum += (double) part.values[delta] * gradient.getAtIndex(ValueLayout.JAVA_FLOAT, part.place(delta));
            }
            sums[part.ticket] += sum;
        }
    }
}
