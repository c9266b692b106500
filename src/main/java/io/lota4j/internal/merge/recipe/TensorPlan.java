package io.lota4j.internal.merge.recipe;

import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.merge.ModelOutline;
import io.lota4j.internal.merge.Settings;
import java.util.List;
import java.util.Optional;

/// How one tensor of the result comes about.
public sealed interface TensorPlan {
    /// Its name in the result.
    String name();

    /// Its shape in the result.
    Shape shape();

    /// The type that it is stored in.
    DType dtype();

    /// Where a model has it.
    ///
    /// @param model one of the plan's
    /// @param tensor its name in the model
    /// @param stored what the model's header says; empty for a delta that does not change it
    record Input(ModelOutline model, String tensor, Optional<ModelOutline.Tensor> stored) {}

    /// A model's own elements, in another float type if the stored type asks for it.
    ///
    /// @param from a whole model's
    record Copy(String name, Shape shape, DType dtype, Input from) implements TensorPlan {}

    /// What the method computes.
    ///
    /// @param base empty when neither the method nor a delta needs one
    /// @param models in the order of the recipe, without the base
    /// @param settings the parameters' values for this tensor
    /// @param rows how the inputs are brought into the result's shape, for embeddings whose rows the models
    ///     have in different orders or numbers: by place among `models`, the base behind them. Otherwise every
    ///     input has the result's shape
    record Merge(
            String name,
            Shape shape,
            DType dtype,
            Optional<Input> base,
            List<Input> models,
            Settings settings,
            Optional<RowMapping> rows)
            implements TensorPlan {
        public Merge {
            models = List.copyOf(models);
        }
    }
}
