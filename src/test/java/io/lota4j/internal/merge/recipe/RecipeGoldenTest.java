package io.lota4j.internal.merge.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.Golden;
import io.lota4j.checkpoint.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Recipes that mergekit ran: they are read as they are, and what is planned merges to what mergekit wrote.
class RecipeGoldenTest {
    @TempDir
    private Path folder = Path.of("");

    /// Within one unit in the last place. mergekit takes sums, cosines and sines over a tensor in F32: there
    /// the unit is that of the tensor's largest value, and two of them are allowed.
    @ParameterizedTest
    @CsvSource({
        "breadcrumbs,              false",
        "breadcrumbs-ties,         false",
        "karcher,                  true",
        "linear,                   false",
        "model-stock,              true",
        "nuslerp,                  true",
        "slerp,                    true",
        "task-arithmetic,          false",
        "ties,                     false",
        "ties-dense-normalize-off, false",
        "ties-filters-gradients,   false"
    })
    void equalsMergekit(String name, boolean angles) throws IOException {
        String yaml = Files.readString(Golden.path("merge/" + name + "/merge.yaml"))
                .replaceAll("experts/(?=[abc])", "\\$")
                .replace("../models/llama-tied", "$base");
        Path recipe = Recipes.write(folder, yaml);
        try (PlanSources sources = new PlanSources();
                Golden merged = Golden.open("merge/" + name + "/merged.safetensors")) {
            MergePlan plan = MergePlan.of(recipe, sources);
            assertThat(plan.warnings()).isEmpty();
            assertThat(plan.tensors().stream().map(TensorPlan::name))
                    .containsExactlyInAnyOrderElementsOf(merged.file().tensors().keySet());
            for (TensorPlan tensor : plan.tensors()) {
                assertThat(tensor.dtype()).isEqualTo(DType.F32);
                assertThat(tensor.shape())
                        .isEqualTo(merged.file().info(tensor.name()).shape());
                compare(Recipes.compute(sources, plan, tensor), merged.floats(tensor.name()), angles, tensor.name());
            }
        }
    }

    private static void compare(float[] actual, float[] expected, boolean angles, String name) {
        float largest = 0;
        for (float value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < actual.length; i++) {
            assertThat(Math.abs(actual[i] - expected[i]))
                    .as("%s[%d]", name, i)
                    .isLessThanOrEqualTo(angles ? 2 * Math.ulp(largest) : Math.ulp(expected[i]));
        }
    }
}
