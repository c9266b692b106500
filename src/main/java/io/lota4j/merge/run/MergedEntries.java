package io.lota4j.merge.run;

import io.lota4j.mask.IndexBits;
import io.lota4j.mask.IndexSets;
import io.lota4j.merge.Piece;
import io.lota4j.merge.TensorPieces;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/// The changed weights of a merged tensor, put together from its pieces by several threads: each piece has room where
/// it would be if all of its elements changed.
final class MergedEntries {
    private final int span;
    private final int[] starts;
    private final int[] counts;
    private final long[] marks;
    private final float[] values;
    private final Optional<BaseBits> base;
    private final byte[] bits;

    /// @param base where the base's elements are from; empty when they are not kept
    MergedEntries(TensorPieces pieces, Optional<BaseBits> base) {
        this.base = base;
        span = pieces.span();
        starts = pieces.starts();
        counts = new int[pieces.count()];
        marks = new long[Math.multiplyExact(pieces.count(), IndexBits.words(span))];
        values = new float[starts[pieces.count()]];
        bits = new byte[base.map(from -> Math.multiplyExact(values.length, from.elementSize()))
                .orElse(0)];
    }

    /// Takes what a piece changes; safe for use by many threads.
    ///
    /// @param room with as many elements as the piece at least
    void put(Piece piece, float[] merged, int[] room) {
        int start = starts[piece.number()];
        int[] offsets = piece.offsets();
        int first = piece.number() * IndexBits.words(span);
        int count = 0;
        base.ifPresent(from -> from.read(piece, room));
        for (int i = 0; i < piece.size(); i++) {
            // Written always, overwritten by what comes next where nothing changes: no branch to mispredict.
            values[start + count] = merged[i];
            room[count] = room[i];
            int changed = merged[i] != 0 ? 1 : 0;
            marks[first + offsets[i] / Long.SIZE] |= (long) changed << offsets[i];
            count += changed;
        }
        counts[piece.number()] = count;
        base.ifPresent(from -> write(from.elementSize(), room, start, count(piece)));
    }

    private int count(Piece piece) {
        return counts[piece.number()];
    }

    private void write(int elementSize, int[] elements, int start, int count) {
        MemorySegment target = MemorySegment.ofArray(bits)
                .asSlice((long) start * elementSize, (long) count * elementSize);
        if (elementSize == Short.BYTES) {
            for (int i = 0; i < count; i++) {
                target.set(BaseBits.SHORT, (long) i * Short.BYTES, (short) elements[i]);
            }
        } else {
            MemorySegment.copy(elements, 0, target, BaseBits.INT, 0, count);
        }
    }

    /// How many weights change, after all pieces were put.
    private int count() {
        return IntStream.of(counts).sum();
    }

    float[] values() {
        int count = count();
        if (count == values.length) {
            return values;
        }
        close(values, 1);
        return Arrays.copyOf(values, count);
    }

    /// Null when they are not kept.
    byte @Nullable [] bits() {
        if (base.isEmpty()) {
            return null;
        }
        int size = base.get().elementSize();
        if (count() * size == bits.length) {
            return bits;
        }
        close(bits, size);
        return Arrays.copyOf(bits, count() * size);
    }

    /// Moves the pieces' elements together.
    private void close(Object elements, int size) {
        int at = 0;
        for (int piece = 0; piece < counts.length; piece++) {
            System.arraycopy(elements, starts[piece] * size, elements, at * size, counts[piece] * size);
            at += counts[piece];
        }
    }

    RoaringBitmap index() {
        return IndexSets.ofRanges(marks, span);
    }
}
