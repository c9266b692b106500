package io.lota4j.internal.merge.method;

import io.lota4j.internal.merge.Merger;
import io.lota4j.internal.merge.Parameter;
import io.lota4j.merge.Compat;
import java.util.List;
import java.util.OptionalDouble;

/// One model as it is, or times a number: `scale x`. What layers are stacked with.
final class Passthrough extends AbstractMethod {
    private static final String SCALE = "scale";

    Passthrough() {
        super("passthrough", Operand.WEIGHTS, Base.NONE, 1, 1);
    }

    @Override
    public List<Parameter> parameters(Compat compat) {
        Readings.refusePeft(name(), compat);
        return List.of(new Parameter(
                SCALE, Parameter.Kind.NUMBER, true, OptionalDouble.of(1), -MethodParameters.ANY, MethodParameters.ANY));
    }

    @Override
    public Merger merger(Compat compat) {
        Readings.refusePeft(name(), compat);
        return tensor -> {
            float scale = (float) tensor.task().settings().number(SCALE, 0);
            return (piece, merged) -> {
                // Times 1 would not leave every NaN as it is.
                System.arraycopy(piece.operand(0), 0, merged, 0, piece.size());
                WeightedSum.multiply(merged, scale, piece.size());
            };
        };
    }
}
