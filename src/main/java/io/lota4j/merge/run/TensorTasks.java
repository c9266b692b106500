package io.lota4j.merge.run;

import io.lota4j.checkpoint.Shape;
import io.lota4j.merge.ModelTensor;
import io.lota4j.merge.TensorTask;
import io.lota4j.merge.recipe.Rows;
import io.lota4j.merge.recipe.TensorPlan;
import io.lota4j.merge.source.MergeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Opens the tensors that plans name.
///
/// @param seed of random methods
record TensorTasks(long seed) {

    /// A planned merge with its models' tensors.
    TensorTask of(TensorPlan.Merge plan) {
        Optional<ModelTensor.Weights> base = plan.base().map(input -> weights(input, plan.shape()));
        List<ModelTensor> models = plan.models().stream()
                .map(input -> tensor(input, plan.shape(), base))
                .toList();
        return plan.rows().map(rows -> inRows(plan, rows, base, models)).orElseGet(() -> task(plan, base, models));
    }

    private TensorTask task(TensorPlan.Merge plan, Optional<ModelTensor.Weights> base, List<ModelTensor> models) {
        return new TensorTask(plan.name(), plan.shape(), base, models, plan.settings(), seed);
    }

    private TensorTask inRows(
            TensorPlan.Merge plan, Rows rows, Optional<ModelTensor.Weights> base, List<ModelTensor> models) {
        List<ModelTensor> all = new ArrayList<>(models);
        base.ifPresent(all::add);
        List<ModelTensor> placed = new ArrayList<>();
        for (int place = 0; place < models.size(); place++) {
            placed.add(rows.of(place, all));
        }
        return task(plan, base.map(b -> (ModelTensor.Weights) rows.of(models.size(), all)), placed);
    }

    private static ModelTensor.Weights weights(TensorPlan.Input input, Shape shape) {
        return (ModelTensor.Weights) tensor(input, shape, Optional.empty());
    }

    private static ModelTensor tensor(TensorPlan.Input input, Shape result, Optional<ModelTensor.Weights> base) {
        Shape shape = input.stored().map(stored -> stored.shape()).orElse(result);
        return source(input).tensor(input.tensor(), shape, base);
    }

    /// A whole model's own elements.
    static ModelTensor.Weights weights(TensorPlan.Copy plan) {
        return weights(plan.from(), plan.shape());
    }

    static MergeSource source(TensorPlan.Input input) {
        return (MergeSource) input.model();
    }
}
