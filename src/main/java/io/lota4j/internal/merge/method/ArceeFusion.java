package io.lota4j.internal.merge.method;

import io.lota4j.internal.merge.Merger;
import io.lota4j.internal.merge.Parameter;
import io.lota4j.internal.merge.TensorMerge;
import io.lota4j.internal.merge.TensorPieces;
import io.lota4j.merge.Compat;
import java.util.List;

/// Arcee Fusion ([Arcee](https://arcee.ai)): the model's weights where they matter, `x` where
/// `s >= q2 + 1.5 (q3 - q1)` and otherwise `b`, with the importance `s = |x - b| KL(softmax(x) || softmax(b))`
/// over the row and its quartiles q1, q2, q3 in the tensor.
final class ArceeFusion extends AbstractMethod {
    ArceeFusion() {
        super("arcee_fusion", Operand.WEIGHTS, Base.REQUIRED, 1, 1);
    }

    @Override
    public boolean wholeRows() {
        return true;
    }

    @Override
    public List<Parameter> parameters(Compat compat) {
        Readings.refusePeft(name(), compat);
        return List.of();
    }

    @Override
    public Merger merger(Compat compat) {
        Readings.refusePeft(name(), compat);
        return ArceeFusion::prepare;
    }

    private static TensorMerge prepare(TensorPieces tensor) {
        Importance importance = Importance.of(tensor);
        float[] quartiles = Quartiles.of(tensor, importance);
        float least = quartiles[1] + 1.5f * (quartiles[2] - quartiles[0]);
        return (piece, merged) -> {
            float[] scores = importance.of(piece, 0);
            float[] base = piece.base();
            float[] model = piece.operand(0);
            for (int i = 0; i < piece.size(); i++) {
                merged[i] = scores[i] >= least ? base[i] + (model[i] - base[i]) : base[i];
            }
        };
    }
}
