package io.lota4j.internal.train;

import ai.djl.pytorch.engine.PtNDManager;
import io.lota4j.internal.kernel.MaskedKernel;
import io.lota4j.internal.model.Decoder;
import io.lota4j.internal.model.ValueStore;
import io.lota4j.mask.Mask;
import io.lota4j.train.Optimizer;
import java.util.ArrayList;
import java.util.List;

/// The weights of a mask, trained where the model reads them.
///
/// @param scope owns gradients and moments
record MaskedParameters(Decoder decoder, List<Trainable> trainables, Gradients gradients, PtNDManager scope)
        implements Parameters {
    /// @param mask the weights to train; an empty tensor in it is skipped
    static MaskedParameters of(Decoder decoder, Mask mask, Optimizer optimizer, MaskedKernel kernel) {
        PtNDManager scope = decoder.torch().scope();
        ValueStore store = decoder.store(scope, Trainable.counts(mask, optimizer));
        List<Trainable> trainables = new ArrayList<>();
        mask.tensors().forEach((name, tensor) -> {
            if (!tensor.trainable().isEmpty()) {
                trainables.add(Trainable.of(name, tensor, optimizer, decoder.weights(), store));
            }
        });
        return new MaskedParameters(
                decoder, trainables, new Gradients(trainables, kernel, decoder.torch(), scope), scope);
    }

    @Override
    public void moved() {
        decoder.weights().moved();
    }

    @Override
    public void close() {
        scope.close();
    }
}
