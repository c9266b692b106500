package io.lota4j.internal.merge.run;

import io.lota4j.internal.mask.IndexBits;
import io.lota4j.internal.merge.Piece;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/// The base's elements of a tensor's weights, from tickets that each hold some of them. All tickets are for one
/// base, so where two have an element it is the same.
///
/// @param elementSize bytes of an element: 2 or 4
/// @param parts one for each ticket that has the tensor
record BaseBits(int elementSize, List<Part> parts) {
    /// What a ticket has of them.
    ///
    /// @param model its place among the tickets
    /// @param index of its weights
    /// @param bits their elements, in order
    record Part(int model, IndexBits index, MemorySegment bits) {}

    /// Elements of a piece, as they are stored.
    sealed interface Elements {
        /// Keeps only those that are marked by something other than zero, in their order.
        void keep(float[] where, int size);

        /// @param from in elements
        void write(byte[] into, int from, int count);
    }

    /// Room for the elements of a piece.
    ///
    /// @param span the most there are
    Elements room(int span) {
        return elementSize == Short.BYTES ? new Shorts(span) : new Ints(span);
    }

    /// Reads those of a piece.
    void read(Piece piece, Elements room) {
        for (Part part : parts) {
            int count = piece.entries(part.model);
            long from = part.index.rank(piece.first()) * elementSize;
            MemorySegment stored = part.bits.asSlice(from, (long) count * elementSize);
            switch (room) {
                case Shorts shorts -> shorts.scatter(stored, piece.places(part.model), count);
                case Ints ints -> ints.scatter(stored, piece.places(part.model), count);
            }
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Shorts(short[] stored, short[] placed) implements Elements {
        Shorts(int span) {
            this(new short[span], new short[span]);
        }

        void scatter(MemorySegment from, int[] places, int count) {
            MemorySegment.copy(from, ValueLayout.JAVA_SHORT_UNALIGNED, 0, stored, 0, count);
            for (int i = 0; i < count; i++) {
                placed[places[i]] = stored[i];
            }
        }

        @Override
        public void keep(float[] where, int size) {
            int count = 0;
            for (int i = 0; i < size; i++) {
                placed[count] = placed[i];
                count += where[i] != 0 ? 1 : 0;
            }
        }

        @Override
        public void write(byte[] into, int from, int count) {
            MemorySegment target = MemorySegment.ofArray(into);
            MemorySegment.copy(placed, 0, target, ValueLayout.JAVA_SHORT_UNALIGNED, (long) from * Short.BYTES, count);
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Ints(int[] stored, int[] placed) implements Elements {
        Ints(int span) {
            this(new int[span], new int[span]);
        }

        void scatter(MemorySegment from, int[] places, int count) {
            MemorySegment.copy(from, ValueLayout.JAVA_INT_UNALIGNED, 0, stored, 0, count);
            for (int i = 0; i < count; i++) {
                placed[places[i]] = stored[i];
            }
        }

        @Override
        public void keep(float[] where, int size) {
            int count = 0;
            for (int i = 0; i < size; i++) {
                placed[count] = placed[i];
                count += where[i] != 0 ? 1 : 0;
            }
        }

        @Override
        public void write(byte[] into, int from, int count) {
            MemorySegment target = MemorySegment.ofArray(into);
            MemorySegment.copy(placed, 0, target, ValueLayout.JAVA_INT_UNALIGNED, (long) from * Integer.BYTES, count);
        }
    }
}
