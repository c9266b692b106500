package io.lota4j.model;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.nio.FloatBuffer;

/// Cosines and sines of a batch's positions, each `[tokens, 1, headDim]`.
record Rotary(PtNDArray cos, PtNDArray sin) {

    static Rotary of(Torch torch, ModelConfig config, long[] positions, int longest, PtNDManager scope) {
        PtNDArray index = Torch.longs(scope, positions);
        return new Rotary(
                rows(torch, config, index, longest, true, scope), rows(torch, config, index, longest, false, scope));
    }

    private static PtNDArray rows(
            Torch torch, ModelConfig config, PtNDArray index, int longest, boolean cosine, PtNDManager scope) {
        int dim = config.headDim();
        PtNDArray table = scope.create(
                FloatBuffer.wrap(config.rope().table(longest, cosine)), new Shape(longest, 1, dim), DataType.FLOAT32);
        return torch.one(scope, "rows", table, index);
    }
}
