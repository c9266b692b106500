package io.lota4j.merge.run;

import io.lota4j.merge.Piece;
import io.lota4j.merge.TensorMerge;
import java.util.Arrays;
import org.roaringbitmap.RoaringBitmap;
import org.roaringbitmap.RoaringBitmapWriter;

/// The changed weights of a merged tensor, gathered in ascending order, with what becomes of each model's deltas.
final class MergedEntries {
    private static final int FIRST_ROOM = 1024;

    private final Overlap overlap;
    private float[] merged = {};
    private int[] indices = new int[FIRST_ROOM];
    private float[] values = new float[FIRST_ROOM];
    private int count;

    MergedEntries(int models) {
        overlap = new Overlap(models);
    }

    /// Merges a piece and takes what it changes.
    void add(TensorMerge merge, Piece piece) {
        if (merged.length < piece.size()) {
            merged = new float[piece.offsets().length];
        }
        merge.merge(piece, merged);
        overlap.add(piece, merged);
        reserve(piece.size());
        int first = Math.toIntExact(piece.first());
        int[] offsets = piece.offsets();
        for (int i = 0; i < piece.size(); i++) {
            // Written always, kept only if it changes something: no branch to mispredict.
            indices[count] = first + offsets[i];
            values[count] = merged[i];
            count += merged[i] != 0 ? 1 : 0;
        }
    }

    /// Takes what comes after.
    void append(MergedEntries next) {
        reserve(next.count);
        System.arraycopy(next.indices, 0, indices, count, next.count);
        System.arraycopy(next.values, 0, values, count, next.count);
        count += next.count;
        overlap.append(next.overlap);
    }

    private void reserve(int more) {
        int needed = Math.addExact(count, more);
        if (needed > indices.length) {
            int room = (int) Math.min(Integer.MAX_VALUE - 8L, Math.max(needed, indices.length * 2L));
            indices = Arrays.copyOf(indices, room);
            values = Arrays.copyOf(values, room);
        }
    }

    int count() {
        return count;
    }

    /// The flat index of an entry.
    int at(int entry) {
        return indices[entry];
    }

    /// The first entry that is not before a flat index.
    ///
    /// @param entry where to begin to look
    int from(int entry, int index) {
        int found = entry;
        while (found < count && indices[found] < index) {
            found++;
        }
        return found;
    }

    /// The flat indices of all entries.
    RoaringBitmap index() {
        RoaringBitmapWriter<RoaringBitmap> writer =
                RoaringBitmapWriter.writer().constantMemory().get();
        for (int entry = 0; entry < count; entry++) {
            writer.add(indices[entry]);
        }
        RoaringBitmap index = writer.get();
        index.runOptimize();
        return index;
    }

    float[] values() {
        return Arrays.copyOf(values, count);
    }

    Overlap overlap() {
        return overlap;
    }
}
