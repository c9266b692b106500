package io.lota4j.internal.model;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.lota4j.internal.model.layer.Blocks;
import io.lota4j.internal.model.layer.Step;
import java.util.ArrayList;
import java.util.List;

/// Copies of the layers' matrices, laid out as oneDNN's product reads them. It lays a matrix out so at every product
/// otherwise.
final class PackedWeights implements AutoCloseable {
    private final PtNDManager owner;
    private final Torch torch;
    private final List<PtNDArray[]> layers = new ArrayList<>();
    private final PtNDArray head;

    PackedWeights(Decoder decoder) {
        this.torch = decoder.torch();
        this.owner = torch.scope();
        try {
            for (int layer = 0; layer < decoder.config().layers(); layer++) {
                PtNDArray[] weights = decoder.weights().layer(layer);
                int next = 0;
                for (Step step : decoder.config().blocks().layers().get(layer).steps()) {
                    if (isPacked(step)) {
                        weights[next] = packed(weights[next]);
                    }
                    next += step.weights().size();
                }
                layers.add(weights);
            }
            head = packed(decoder.weights().head());
        } catch (RuntimeException e) {
            owner.close();
            throw e;
        }
    }

    /// What the copies take: as much as the layers' matrices and the head in F32.
    static long bytes(Decoder decoder) {
        Blocks blocks = decoder.config().blocks();
        long layers = blocks.layers().stream()
                .flatMap(block -> block.steps().stream())
                .filter(PackedWeights::isPacked)
                .mapToLong(step -> step.weights().getFirst().shape().numel())
                .sum();
        return Float.BYTES * (layers + (long) blocks.vocabulary() * blocks.hidden());
    }

    private static boolean isPacked(Step step) {
        return step instanceof Step.Linear linear && linear.layout() == Step.Linear.Layout.OUT_IN;
    }

    /// The weights of a layer, in the order of computation.
    PtNDArray[] layer(int index) {
        return layers.get(index);
    }

    /// The matrix that logits come from.
    PtNDArray head() {
        return head;
    }

    /// A tensor that is named as a part of a list is none of its own.
    private PtNDArray packed(PtNDArray matrix) {
        String name = matrix.getName();
        matrix.setName(null);
        PtNDArray packed = torch.one(owner, "packed", matrix);
        matrix.setName(name);
        packed.setName(name);
        return packed;
    }

    @Override
    public void close() {
        owner.close();
    }
}
