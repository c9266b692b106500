package io.lota4j.internal.merge.source;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Elements;
import io.lota4j.internal.checkpoint.SafetensorsFile;
import io.lota4j.internal.checkpoint.TensorInfo;
import io.lota4j.internal.merge.ModelTensor;
import java.util.Optional;

/// A tensor that an adapter brings whole: it takes the place of the base's.
record WholePart(SafetensorsFile file, TensorInfo info) implements AdapterPart {
    /// @throws LotaException when it holds no floats
    WholePart {
        if (!info.dtype().isFloat()) {
            throw new LotaException(Text.format(
                    "%s: tensor '%s' must be F32, BF16, F16 or F64, but is %s.",
                    file.path(), info.name(), info.dtype()));
        }
    }

    @Override
    public Optional<Shape> shape() {
        return Optional.of(info.shape());
    }

    @Override
    public Optional<String> misfit(Shape base) {
        return Misfit.of(file.path(), info.name(), base, info.shape());
    }

    @Override
    public boolean standsAlone() {
        return true;
    }

    @Override
    public ModelTensor.Weights on(Shape shape, Optional<ModelTensor.Weights> base) {
        return new StoredWeights(info.shape(), new Elements(info.dtype(), file.bytes(info.name())));
    }
}
