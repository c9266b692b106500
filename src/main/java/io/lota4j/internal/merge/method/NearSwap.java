package io.lota4j.internal.merge.method;

import io.lota4j.internal.merge.Merger;
import io.lota4j.internal.merge.Parameter;
import io.lota4j.merge.Compat;
import java.util.List;

/// NearSwap ([its first use](https://huggingface.co/alchemonaut/QuartetAnemoi-70B-t0.0001)): `c x + (1 - c) b`
/// with `c = min(t / |b - x|, 1)`, so that weights which differ little are the model's.
final class NearSwap extends AbstractMethod {
    private static final String T = "t";

    /// The least distance that is divided by.
    private static final float NEAR = 1e-6f;

    NearSwap() {
        super("nearswap", Operand.WEIGHTS, Base.REQUIRED, 1, 1);
    }

    @Override
    public List<Parameter> parameters(Compat compat) {
        Readings.refusePeft(name(), compat);
        return List.of(MethodParameters.number(T));
    }

    @Override
    public Merger merger(Compat compat) {
        Readings.refusePeft(name(), compat);
        return tensor -> {
            float t = (float) tensor.task().settings().number(T);
            return (piece, merged) -> merge(piece.base(), piece.operand(0), t, merged, piece.size());
        };
    }

    private static void merge(float[] base, float[] model, float t, float[] merged, int size) {
        for (int i = 0; i < size; i++) {
            float distance = Math.max(Math.abs(base[i] - model[i]), NEAR);
            // Times the reciprocal, as PyTorch divides a number by a tensor.
            float c = Math.clamp(1 / distance * t, 0f, 1f);
            merged[i] = c * model[i] + (1 - c) * base[i];
        }
    }
}
