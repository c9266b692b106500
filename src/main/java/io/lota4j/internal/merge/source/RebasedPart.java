package io.lota4j.internal.merge.source;

import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.merge.ModelTensor;
import java.util.Optional;

/// A change of weights that the adapter brings itself, as PEFT saves an embedding that was resized or targeted.
record RebasedPart(WholePart base, AdapterPart change) implements AdapterPart {
    @Override
    public Optional<Shape> shape() {
        return base.shape();
    }

    @Override
    public Optional<String> misfit(Shape shape) {
        return base.misfit(shape).or(() -> change.misfit(shape));
    }

    @Override
    public boolean standsAlone() {
        return true;
    }

    @Override
    public ModelTensor on(Shape shape, Optional<ModelTensor.Weights> unused) {
        ModelTensor.Weights own = base.on(shape, unused);
        return ChangedWeights.of(own, change.on(shape, Optional.of(own)));
    }
}
