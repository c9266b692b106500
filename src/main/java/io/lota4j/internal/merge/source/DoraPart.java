package io.lota4j.internal.merge.source;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.merge.ModelTensor;
import java.util.Optional;

/// DoRA ([arXiv 2402.09353](https://arxiv.org/abs/2402.09353)): `m / |W + D| * (W + D)`, where `D` is the low-rank
/// delta and `m` and the norm have one value for each output of the module.
///
/// @param magnitude name of the parameter `m`
record DoraPart(LowRankPart lowRank, String magnitude) implements AdapterPart {
    /// @throws LotaException when the magnitudes are missing or not as many as the outputs
    static DoraPart of(LowRankPart lowRank, String magnitude) {
        lowRank.module().requireShape(magnitude, Shape.of(lowRank.outputs()), "one for each output");
        return new DoraPart(lowRank, magnitude);
    }

    @Override
    public Optional<Shape> shape() {
        return lowRank.shape();
    }

    @Override
    public Optional<String> misfit(Shape base) {
        return lowRank.misfit(base);
    }

    @Override
    public boolean rewrites() {
        return true;
    }

    @Override
    public ModelTensor.Weights on(Shape shape, Optional<ModelTensor.Weights> base) {
        ModelTensor.Weights weights = base.orElseThrow(() -> new LotaException(Text.format(
                "%s: DoRA computes new weights from the base's, so the base must be given.",
                lowRank.module().where(magnitude))));
        return new RescaledWeights(
                ChangedWeights.of(weights, lowRank.on(shape, base)),
                lowRank.module().values(magnitude),
                lowRank.transposed());
    }
}
