package io.lota4j.internal.train;

import ai.djl.pytorch.engine.PtNDManager;
import io.lota4j.internal.kernel.MaskedKernel;
import io.lota4j.internal.model.Decoder;
import io.lota4j.internal.model.GradientSink;
import io.lota4j.internal.model.ValueStore;
import io.lota4j.mask.Mask;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/// The weights of a mask where a model reads them, and what passes say of their gradients: for what finds
/// their values otherwise than by steps of an optimizer. It keeps 8 bytes for each weight of the mask, or 4
/// where all of a tensor is in it.
public final class SparseWeights implements AutoCloseable {
    private final Decoder decoder;
    private final PtNDManager scope;
    private final Map<String, Trainable> weights = new LinkedHashMap<>();
    private final Gradients gradients;

    /// @param mask an empty tensor in it is passed over
    public SparseWeights(Decoder decoder, Mask mask, MaskedKernel kernel) {
        this.decoder = decoder;
        this.scope = decoder.torch().scope();
        ValueStore store = decoder.store(scope, Trainable.counts(mask, 0));
        mask.tensors().forEach((name, tensor) -> {
            if (!tensor.trainable().isEmpty()) {
                weights.put(name, Trainable.of(name, tensor, decoder.weights(), store));
            }
        });
        this.gradients = new Gradients(weights.values(), kernel, decoder.torch(), scope);
    }

    /// Tensors that the mask has weights of, in its order.
    public List<String> names() {
        return new ArrayList<>(weights.keySet());
    }

    /// Sets the values of one tensor's weights. Call [#moved()] when all are set.
    ///
    /// @param values one a weight, in the order of their indices
    public void set(String name, float[] values) {
        weight(name).copyFrom(MemorySegment.ofArray(values));
    }

    /// Has the model compute with what was set.
    public void moved() {
        decoder.weights().moved();
    }

    /// Takes the gradients of passes and adds them up.
    public GradientSink sink() {
        return gradients;
    }

    /// Forgets the gradients.
    public void clear() {
        gradients.clear();
    }

    /// Lends the sum of one tensor's gradients.
    ///
    /// @param reader gets F32 values, one a weight, in the order of their indices; it must not write or
    ///     keep them
    public void gradient(String name, Consumer<? super MemorySegment> reader) {
        Trainable weight = weight(name);
        weight.gradientMemory().read(reader);
        weight.rest();
    }

    private Trainable weight(String name) {
        return Objects.requireNonNull(weights.get(name), name);
    }

    @Override
    public void close() {
        scope.close();
    }
}
