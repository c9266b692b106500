package io.lota4j.internal.merge.run;

import io.lota4j.internal.mask.IndexBits;
import io.lota4j.internal.mask.IndexSets;
import io.lota4j.internal.merge.Piece;
import io.lota4j.internal.merge.TensorPieces;
import io.lota4j.internal.ticket.ExactValues;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/// The changed weights of a merged tensor, put together from its pieces by several threads: each piece has room
/// where it would be if all of its elements changed.
final class MergedEntries {
    private final int span;
    private final int[] starts;
    private final int[] counts;
    private final long[] marks;
    private final float[] values;
    private final Optional<BaseBits> base;
    private final byte[] bits;
    private final SortedMap<Integer, ExactEntries.Kept> exact = new ConcurrentSkipListMap<>();
    private final ConcurrentLinkedDeque<BaseBits.Elements> idle = new ConcurrentLinkedDeque<>();

    /// @param base where the base's elements are from; empty when they are not kept
    MergedEntries(TensorPieces pieces, Optional<BaseBits> base) {
        this.base = base;
        span = pieces.span();
        starts = pieces.starts();
        counts = new int[pieces.count()];
        marks = new long[Math.multiplyExact(pieces.count(), IndexBits.words(span))];
        values = new float[starts[pieces.count()]];
        bits = new byte
                [base.map(from -> Math.multiplyExact(values.length, from.elementSize()))
                        .orElse(0)];
    }

    /// Takes what a piece changes; safe for use by many threads.
    ///
    /// @param kept weights that become what a ticket says, also by a delta of zero
    void put(Piece piece, float[] merged, List<ExactEntries.Kept> kept) {
        for (ExactEntries.Kept one : kept) {
            exact.put((int) (piece.first() + piece.offsets()[one.place()]), one);
        }
        if (kept.stream().allMatch(one -> merged[one.place()] != 0)) {
            put(piece, merged);
            return;
        }
        float[] changes = Arrays.copyOf(merged, piece.size());
        // Something other than zero, until all values are known.
        kept.forEach(one -> changes[one.place()] = one.delta() == 0 ? Float.MIN_VALUE : one.delta());
        put(piece, changes);
    }

    private void put(Piece piece, float[] merged) {
        int changed = changed(merged, piece.size());
        int start = starts[piece.number()];
        counts[piece.number()] = changed;
        base.ifPresent(from -> putBits(from, piece, merged, changed, start));
        int words = IndexBits.words(span);
        if (changed == piece.size()) {
            System.arraycopy(merged, 0, values, start, changed);
            System.arraycopy(piece.marks(), 0, marks, piece.number() * words, words);
        } else {
            putSome(merged, piece.size(), piece.offsets(), start, piece.number() * words);
        }
    }

    private static int changed(float[] merged, int size) {
        int changed = 0;
        for (int i = 0; i < size; i++) {
            changed += merged[i] != 0 ? 1 : 0;
        }
        return changed;
    }

    private void putBits(BaseBits from, Piece piece, float[] merged, int changed, int start) {
        BaseBits.@Nullable Elements found = idle.poll();
        BaseBits.Elements room = found == null ? from.room(span) : found;
        from.read(piece, room);
        if (changed < piece.size()) {
            room.keep(merged, piece.size());
        }
        room.write(bits, start, changed);
        idle.push(room);
    }

    private void putSome(float[] merged, int size, int[] offsets, int start, int firstWord) {
        int count = 0;
        for (int i = 0; i < size; i++) {
            // Written always, overwritten by what comes next where nothing changes: no branch to mispredict.
            values[start + count] = merged[i];
            int changes = merged[i] != 0 ? 1 : 0;
            marks[firstWord + offsets[i] / Long.SIZE] |= (long) changes << offsets[i];
            count += changes;
        }
    }

    /// How many weights change, after all pieces were put.
    private int count() {
        return IntStream.of(counts).sum();
    }

    /// @param index all that [#index()] gives
    float[] values(RoaringBitmap index) {
        int count = count();
        float[] all = values;
        if (count < values.length) {
            close(values, 1);
            all = Arrays.copyOf(values, count);
        }
        for (Map.Entry<Integer, ExactEntries.Kept> entry : exact.entrySet()) {
            all[index.rank(entry.getKey()) - 1] = entry.getValue().delta();
        }
        return all;
    }

    /// What becomes exactly what a ticket says; null for nothing.
    @Nullable
    ExactValues exact() {
        SortedMap<Integer, Float> values = new TreeMap<>();
        exact.forEach((index, kept) -> values.put(index, kept.value()));
        return ExactValues.of(values).orElse(null);
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
