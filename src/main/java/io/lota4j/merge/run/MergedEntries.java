package io.lota4j.merge.run;

import io.lota4j.merge.Piece;
import io.lota4j.merge.TensorMerge;
import io.lota4j.ticket.Changes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The changed weights of a merged tensor, gathered piece by piece, with what becomes of each model's deltas.
final class MergedEntries {
    private final Overlap overlap;
    private final List<Changes> parts = new ArrayList<>();
    private float[] merged = {};
    private int[] indices = {};
    private float[] values = {};

    MergedEntries(int models) {
        overlap = new Overlap(models);
    }

    /// Merges a piece and takes what it changes.
    void add(TensorMerge merge, Piece piece) {
        reserve(piece.offsets().length);
        merge.merge(piece, merged);
        overlap.add(piece, merged);
        int first = Math.toIntExact(piece.first());
        int[] offsets = piece.offsets();
        int count = 0;
        for (int i = 0; i < piece.size(); i++) {
            // Written always, kept only if it changes something: no branch to mispredict.
            indices[count] = first + offsets[i];
            values[count] = merged[i];
            count += merged[i] != 0 ? 1 : 0;
        }
        parts.add(new Changes(Arrays.copyOf(indices, count), Arrays.copyOf(values, count)));
    }

    private void reserve(int size) {
        if (merged.length < size) {
            merged = new float[size];
            indices = new int[size];
            values = new float[size];
        }
    }

    /// Takes what comes after.
    void append(MergedEntries next) {
        parts.addAll(next.parts);
        overlap.append(next.overlap);
    }

    Changes changes() {
        return Changes.of(parts);
    }

    Overlap overlap() {
        return overlap;
    }
}
