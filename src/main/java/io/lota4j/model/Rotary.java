package io.lota4j.model;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.lota4j.model.layer.Rope;
import java.nio.FloatBuffer;

/// Cosines and sines of positions, each `[positions, 1, features]`: as a table from position 0 on, or those of
/// a batch's tokens.
record Rotary(PtNDArray cos, PtNDArray sin) {

    /// The table of positions `0 … positions - 1`.
    static Rotary table(Rope rope, int positions, PtNDManager scope) {
        return new Rotary(values(rope, positions, true, scope), values(rope, positions, false, scope));
    }

    private static PtNDArray values(Rope rope, int positions, boolean cosine, PtNDManager scope) {
        return scope.create(
                FloatBuffer.wrap(rope.table(positions, cosine)),
                new Shape(positions, 1, 2L * rope.inverseFrequencies().size()),
                DataType.FLOAT32);
    }

    /// For a layer without.
    static Rotary none(PtNDManager scope) {
        PtNDArray nothing = Torch.floats(scope, 0L);
        return new Rotary(nothing, nothing);
    }

    /// The rows of this table for the tokens at `positions`.
    Rotary at(long[] positions, Torch torch, PtNDManager scope) {
        if (cos.getShape().size() == 0) {
            return this;
        }
        PtNDArray index = Torch.longs(scope, positions);
        return new Rotary(torch.one(scope, "rows", cos, index), torch.one(scope, "rows", sin, index));
    }
}
