package io.lota4j.internal.merge.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.internal.Text;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Adapters among the models of a recipe.
class RecipeDeltaTest {
    @TempDir
    private Path folder = Path.of("");

    private List<String> results(String yaml) throws IOException {
        try (PlanSources sources = new PlanSources()) {
            MergePlan plan = MergePlan.of(Recipes.write(folder, yaml), sources);
            return plan.tensors().stream()
                    .map(tensor -> Text.format(
                            "%s %s", tensor.name(), Arrays.hashCode(Recipes.compute(sources, plan, tensor))))
                    .toList();
        }
    }

    @Test
    void anAdapterAloneIsADeltaAndWhatItLeavesIsCopied() throws IOException {
        try (PlanSources sources = new PlanSources()) {
            MergePlan plan = MergePlan.of(Recipes.write(folder, """
                merge_method: task_arithmetic
                base_model: $base
                models: [{model: $lora, parameters: {weight: 1}}]
                """), sources);
            long touched = plan.models().getLast().tensors().size();
            assertThat(plan.tensors().stream().filter(TensorPlan.Merge.class::isInstance))
                    .hasSize((int) touched);
            assertThat(plan.tensors().stream().filter(TensorPlan.Copy.class::isInstance))
                    .hasSize((int) (plan.models().getFirst().tensors().size() - touched));
        }
    }

    @Test
    void aMethodWithoutABaseTakesAnAdapterOnTheRecipesBase() throws IOException {
        String linear = "merge_method: linear\nparameters: {weight: 1}\nmodels: [{model: $a}, {model: ";
        assertThat(results(linear + "$lora}]\nbase_model: $base")).isEqualTo(results(linear + "$base+$lora}]"));
    }
}
