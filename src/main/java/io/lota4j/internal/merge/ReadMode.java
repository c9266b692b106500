package io.lota4j.internal.merge;

import io.lota4j.internal.Text;
import java.util.List;

/// How a tensor's models are read for a method.
///
/// @param deltas whether as deltas from the base, otherwise as weights
/// @param sparse whether only the elements that some model may change
record ReadMode(boolean deltas, boolean sparse) {
    /// @throws IllegalArgumentException when there is no base and a model needs one
    static ReadMode of(TensorTask task, MergeMethod method) {
        List<ModelTensor> models = task.models();
        boolean deltas = mergesDeltas(task, method);
        if (task.base().isEmpty() && !models.stream().allMatch(model -> isDelta(model) == deltas)) {
            throw new IllegalArgumentException(Text.format("tensor %s: no base", task.name()));
        }
        return new ReadMode(deltas, deltas && models.stream().allMatch(ReadMode::hasSupport));
    }

    private static boolean mergesDeltas(TensorTask task, MergeMethod method) {
        if (!method.mergesDeltas() || !method.mergesWeights()) {
            return method.mergesDeltas();
        }
        return task.base().isPresent()
                ? method.base() != MergeMethod.Base.NONE
                : task.models().stream().allMatch(ReadMode::isDelta);
    }

    private static boolean isDelta(ModelTensor model) {
        return model instanceof ModelTensor.Delta;
    }

    private static boolean hasSupport(ModelTensor model) {
        return model instanceof ModelTensor.Delta delta && delta.support().isPresent();
    }

    PieceReader reader(TensorTask task, int span) {
        return sparse
                ? new SparseReader(
                        task.models().stream()
                                .map(ModelTensor.Delta.class::cast)
                                .toList(),
                        span)
                : new DenseReader(task, deltas);
    }
}
