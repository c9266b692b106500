package io.lota4j.model;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.nio.FloatBuffer;

/// Cosines and sines of positions, each `[positions, 1, headDim]`: as a table from position 0 on, or those of a
/// batch's
/// tokens.
record Rotary(PtNDArray cos, PtNDArray sin) {

    /// The table of positions `0 … positions - 1`.
    static Rotary table(ModelConfig config, int positions, PtNDManager scope) {
        return new Rotary(values(config, positions, true, scope), values(config, positions, false, scope));
    }

    private static PtNDArray values(ModelConfig config, int positions, boolean cosine, PtNDManager scope) {
        return scope.create(
                FloatBuffer.wrap(config.rope().table(positions, cosine)),
                new Shape(positions, 1, config.headDim()),
                DataType.FLOAT32);
    }

    /// The rows of this table for the tokens at `positions`.
    Rotary at(long[] positions, Torch torch, PtNDManager scope) {
        PtNDArray index = Torch.longs(scope, positions);
        return new Rotary(torch.one(scope, "rows", cos, index), torch.one(scope, "rows", sin, index));
    }
}
