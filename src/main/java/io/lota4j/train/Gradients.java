package io.lota4j.train;

import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.lota4j.kernel.MaskedKernel;
import io.lota4j.model.Activation;
import io.lota4j.model.GradientSink;
import io.lota4j.model.Torch;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/// Adds up the gradients of a step's micro-batches, keeping only what the mask asks for.
///
/// A linear's whole gradient exists for one matrix at a time, in a buffer that matrices of one shape share; its
/// masked entries are picked from there. A wholly trained matrix takes it in place.
final class Gradients implements GradientSink {
    private final Map<String, Trainable> trainables = new LinkedHashMap<>();
    private final Map<Shape, PtNDArray> buffers = new HashMap<>();
    private final MaskedKernel kernel;
    private final Torch torch;
    private final PtNDManager scope;

    Gradients(Collection<Trainable> trainables, MaskedKernel kernel, Torch torch, PtNDManager scope) {
        trainables.forEach(t -> this.trainables.put(t.name(), t));
        this.kernel = kernel;
        this.torch = torch;
        this.scope = scope;
    }

    /// Forgets the last step.
    void clear() {
        trainables.values().forEach(t -> t.gradientMemory().fill((byte) 0));
    }

    @Override
    public boolean wants(String weight) {
        return trainables.containsKey(weight);
    }

    @Override
    public void linear(String weight, Activation x, Activation dy) {
        Trainable trainable = trainable(weight);
        if (trainable.entries().index() == null) {
            torch.weightGradient(x, dy, trainable.gradient(), true);
            return;
        }
        Shape shape = new Shape(dy.features(), x.features());
        PtNDArray buffer = buffers.computeIfAbsent(shape, s -> Torch.floats(scope, s.getShape()));
        torch.weightGradient(x, dy, buffer, false);
        whole(weight, buffer);
    }

    @Override
    public void whole(String weight, PtNDArray gradient) {
        Trainable trainable = trainable(weight);
        kernel.gatherAdd(Torch.memory(gradient), trainable.entries(), trainable.gradientMemory());
    }

    private Trainable trainable(String weight) {
        Trainable trainable = trainables.get(weight);
        if (trainable == null) {
            throw new IllegalArgumentException("the gradient of " + weight + " was not asked for");
        }
        return trainable;
    }
}
