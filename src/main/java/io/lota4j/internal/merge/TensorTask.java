package io.lota4j.internal.merge;

import io.lota4j.checkpoint.Shape;
import java.util.List;
import java.util.Optional;

/// One tensor of a merge.
///
/// @param name of the tensor in the result
/// @param shape of the result
/// @param base the base's weights; empty when the merge has no base or, merging tickets, when it is not read
/// @param models what each model has, in the order of the recipe, without the base; a model that does not
///     change the tensor is here too, with a delta of zero
/// @param settings the parameters' values for this tensor
/// @param seed of random methods
public record TensorTask(
        String name,
        Shape shape,
        Optional<ModelTensor.Weights> base,
        List<ModelTensor> models,
        Settings settings,
        long seed) {
    public TensorTask {
        models = List.copyOf(models);
    }
}
