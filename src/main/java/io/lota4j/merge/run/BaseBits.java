package io.lota4j.merge.run;

import io.lota4j.mask.IndexBits;
import io.lota4j.merge.Piece;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;

/// The base's elements of a tensor's weights, from tickets that each hold some of them. All tickets are for one base,
/// so where two have an element it is the same.
///
/// @param elementSize bytes of an element: 2 or 4
/// @param parts one for each ticket that has the tensor
record BaseBits(int elementSize, List<Part> parts) {
    static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// What a ticket has of them.
    ///
    /// @param model its place among the tickets
    /// @param index of its weights
    /// @param bits their elements, in order
    record Part(int model, IndexBits index, MemorySegment bits) {
        void read(int elementSize, Piece piece, int[] into) {
            int[] places = piece.places(model);
            int count = piece.entries(model);
            long from = index.rank(piece.first()) * elementSize;
            MemorySegment elements = bits.asSlice(from, (long) count * elementSize);
            if (elementSize == Short.BYTES) {
                for (int i = 0; i < count; i++) {
                    into[places[i]] = elements.get(SHORT, (long) i * Short.BYTES);
                }
            } else {
                for (int i = 0; i < count; i++) {
                    into[places[i]] = elements.get(INT, (long) i * Integer.BYTES);
                }
            }
        }
    }

    /// Reads those of a piece.
    ///
    /// @param into gets an element's bits for each of the piece's
    void read(Piece piece, int[] into) {
        parts.forEach(part -> part.read(elementSize, piece, into));
    }
}
