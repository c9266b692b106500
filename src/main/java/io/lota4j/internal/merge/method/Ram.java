package io.lota4j.internal.merge.method;

import io.lota4j.internal.merge.Merger;
import io.lota4j.internal.merge.Parameter;
import io.lota4j.internal.merge.Settings;
import io.lota4j.merge.Compat;
import java.util.Arrays;
import java.util.List;

/// Reinforced agent merging ([arXiv 2601.13572](https://arxiv.org/abs/2601.13572)): `b + sum_i d_i / n` over
/// the n models whose delta is larger than epsilon, for each element.
final class Ram extends AbstractMethod {
    static final String EPSILON = "epsilon";

    Ram() {
        super("ram");
    }

    static Parameter epsilon() {
        return MethodParameters.number(EPSILON, 1e-5, 0, MethodParameters.ANY);
    }

    @Override
    public List<Parameter> parameters(Compat compat) {
        Readings.refusePeft(name(), compat);
        return List.of(epsilon());
    }

    @Override
    public Merger merger(Compat compat) {
        Readings.refusePeft(name(), compat);
        return tensor -> {
            Settings settings = tensor.task().settings();
            Touches touches = new Touches(tensor.models(), (float) settings.number(EPSILON));
            float[] ones = new float[tensor.models()];
            Arrays.fill(ones, 1);
            return (piece, merged) -> touches.merge(piece, ones, merged);
        };
    }
}
