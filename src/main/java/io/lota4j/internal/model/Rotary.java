package io.lota4j.internal.model;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.lota4j.internal.model.layer.Rope;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Cosines and sines of positions, each `[positions, 1, features]`: as a table from position 0 on, or those of
/// a batch's tokens.
///
/// @param rope that a table is of; null for a layer without
/// @param positions of the table
record Rotary(PtNDArray cos, PtNDArray sin, @Nullable Rope rope, int positions) {

    /// The table of positions `0 … positions - 1`.
    static Rotary table(Rope rope, int positions, PtNDManager scope) {
        return new Rotary(values(rope, positions, true, scope), values(rope, positions, false, scope), rope, positions);
    }

    private static PtNDArray values(Rope rope, int positions, boolean cosine, PtNDManager scope) {
        float[] table = rope.table(positions, cosine);
        int width = rope.width(cosine);
        return scope.create(FloatBuffer.wrap(table), new Shape(table.length / width, 1, width), DataType.FLOAT32);
    }

    /// For a layer without.
    static Rotary none(PtNDManager scope) {
        PtNDArray nothing = Torch.floats(scope, 0L);
        return new Rotary(nothing, nothing, null, 0);
    }

    /// The rows of this table for some tokens.
    ///
    /// @param places each token's position
    /// @param lengths those of each token's sequence
    Rotary at(long[] places, long[] lengths, Torch torch, PtNDManager scope) {
        Rope of = rope;
        if (of == null) {
            return this;
        }
        long[] rows = new long[places.length];
        Arrays.setAll(rows, t -> of.row(places[t], lengths[t], positions));
        PtNDArray index = Torch.longs(scope, rows);
        return new Rotary(torch.one(scope, "rows", cos, index), torch.one(scope, "rows", sin, index), of, positions);
    }
}
