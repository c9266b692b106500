package io.lota4j.internal.train;

import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.lota4j.internal.kernel.Activations;
import io.lota4j.internal.kernel.Entries;
import io.lota4j.internal.kernel.MaskedKernel;
import io.lota4j.internal.memory.Buffer;
import io.lota4j.internal.model.Activation;
import io.lota4j.internal.model.Torch;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/// Adds up the gradients of a step's micro-batches, keeping only what the mask asks for.
///
/// A linear's gradient is computed at the masked entries only, unless there are so many that a dense product is
/// faster: then the whole gradient exists for one matrix at a time, in a buffer that matrices of one shape share,
/// and its masked entries are picked from there. A wholly trained matrix takes it in place.
final class Gradients implements StepGradients {
    private final Map<String, Trainable> trainables = new LinkedHashMap<>();
    private final Map<Shape, PtNDArray> buffers = new HashMap<>();
    private final MaskedKernel kernel;
    private final Torch torch;
    private final PtNDManager scope;
    private final Reached reached = new Reached();
    private long nanos;

    Gradients(Collection<Trainable> trainables, MaskedKernel kernel, Torch torch, PtNDManager scope) {
        trainables.forEach(t -> this.trainables.put(t.name(), t));
        this.kernel = kernel;
        this.torch = torch;
        this.scope = scope;
    }

    @Override
    public void clear() {
        nanos = 0;
        reached.clear();
        zero();
    }

    @Override
    public void zero() {
        trainables.values().forEach(t -> {
            t.gradientMemory().zero();
            t.rest();
        });
    }

    @Override
    public Reached reached() {
        return reached;
    }

    @Override
    public double seconds() {
        return nanos / 1e9;
    }

    @Override
    public boolean wants(String weight) {
        return trainables.containsKey(weight);
    }

    @Override
    public void linear(String weight, Activation x, Activation dy) {
        long start = System.nanoTime();
        Trainable trainable = trainable(weight);
        add(trainable, x, dy);
        trainable.rest();
        nanos += System.nanoTime() - start;
    }

    private void add(Trainable trainable, Activation x, Activation dy) {
        Entries entries = trainable.entries();
        double density = (double) entries.count() / ((long) x.features() * dy.features());
        if (entries.index() == null) {
            torch.weightGradient(x, dy, trainable.gradient().tensor(), true);
        } else if (density < kernel.denseFrom()) {
            kernel.sddmm(memory(x), memory(dy), entries, trainable.gradientMemory());
        } else {
            Shape shape = new Shape(dy.features(), x.features());
            PtNDArray buffer = buffers.computeIfAbsent(shape, s -> Torch.floats(scope, s.getShape()));
            torch.weightGradient(x, dy, buffer, false);
            kernel.gatherAdd(torch.buffer(buffer), entries, trainable.gradientMemory());
        }
    }

    private Activations memory(Activation a) {
        Buffer memory = torch.buffer(a.tensor());
        return a.byFeature()
                ? Activations.columns(memory, a.tokens(), a.features())
                : Activations.rows(memory, a.tokens(), a.features());
    }

    @Override
    public void whole(String weight, PtNDArray gradient) {
        Trainable trainable = trainable(weight);
        kernel.gatherAdd(torch.buffer(gradient), trainable.entries(), trainable.gradientMemory());
        trainable.rest();
    }

    @Override
    public void parts(String weight, PtNDArray gradient, long[] tokens) {
        whole(weight, gradient);
        reached.add(weight, tokens);
    }

    private Trainable trainable(String weight) {
        Trainable trainable = trainables.get(weight);
        if (trainable == null) {
            throw new IllegalArgumentException("the gradient of " + weight + " was not asked for");
        }
        reached.add(weight);
        return trainable;
    }
}
