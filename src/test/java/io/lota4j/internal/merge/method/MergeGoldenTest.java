package io.lota4j.internal.merge.method;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.Golden;
import io.lota4j.checkpoint.Shape;
import io.lota4j.merge.Compat;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Each method gives what mergekit computed in F32 from `golden/merge/experts`: within one unit in the last
/// place.
///
/// Methods with angles need more: mergekit sums dot products over the tensor and takes sines in F32, ours are
/// F64. There the unit is that of the largest of the values that are combined, since they may cancel.
class MergeGoldenTest {
    private static final String BASE = "models/llama-tied/model.safetensors";

    /// @param experts in the recipe's order
    /// @param ulps how far a value may be off; over 1, of units of the largest value that is combined
    /// @param merge the settings for a tensor
    private record Case(String name, boolean base, String experts, int ulps, Function<String, Merges> merge) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case(
                        "linear",
                        false,
                        "abc",
                        1,
                        tensor -> mergekit("linear")
                                .model("weight", 0.5)
                                .model("weight", 0.3)
                                .model("weight", 0.2)),
                new Case(
                        "task-arithmetic",
                        true,
                        "abc",
                        1,
                        tensor -> mergekit("task_arithmetic")
                                .with("lambda", 0.9)
                                .model("weight", 1)
                                .model("weight", 0.7)
                                .model("weight", 0.4)),
                new Case(
                        "ties",
                        true,
                        "abc",
                        1,
                        tensor -> mergekit("ties")
                                .model("weight", 1, "density", 0.05)
                                .model("weight", 0.5, "density", 0.05)
                                .model("weight", 0.8, "density", 0.05)),
                new Case(
                        "ties-dense-normalize-off",
                        true,
                        "abc",
                        1,
                        tensor -> mergekit("ties")
                                .with("normalize", 0)
                                .model("weight", 1)
                                .model("weight", 1)
                                .model("weight", 1)),
                new Case("ties-filters-gradients", true, "ab", 1, MergeGoldenTest::filtersAndGradients),
                new Case(
                        "breadcrumbs",
                        true,
                        "abc",
                        1,
                        tensor -> mergekit("breadcrumbs")
                                .model("weight", 1, "density", 0.05, "gamma", 0.02)
                                .model("weight", 1, "density", 0.05, "gamma", 0.02)
                                .model("weight", 1, "density", 0.05, "gamma", 0.02)),
                new Case(
                        "breadcrumbs-ties",
                        true,
                        "abc",
                        1,
                        tensor -> mergekit("breadcrumbs_ties")
                                .model("weight", 1, "density", 0.05, "gamma", 0.02)
                                .model("weight", 0.5, "density", 0.05, "gamma", 0.02)
                                .model("weight", 1, "density", 0.05, "gamma", 0.02)),
                new Case("model-stock", true, "abc", 2, tensor -> mergekit("model_stock")),
                new Case(
                        "nuslerp",
                        true,
                        "ab",
                        4,
                        tensor -> mergekit("nuslerp").model("weight", 0.6).model("weight", 0.4)),
                new Case("slerp", true, "ab", 2, tensor -> mergekit("slerp").with("t", 0.3)),
                new Case("karcher", false, "abc", 5, tensor -> mergekit("karcher")));
    }

    private static Merges mergekit(String method) {
        return Merges.of(method, Compat.MERGEKIT);
    }

    /// The recipe's filters and gradients by hand; mergekit gives what is in no layer a gradient's first value.
    private static Merges filtersAndGradients(String tensor) {
        boolean second = tensor.contains("layers.1.");
        double weight = tensor.contains("mlp") ? (second ? 1 : 0.2) : tensor.contains("self_attn") ? 0.9 : 0.5;
        return mergekit("ties")
                .model("weight", weight, "density", 0.1)
                .model("weight", 0.6, "density", second ? 0.1 : 0.05);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void givesWhatMergekitGives(Case merge) {
        try (Golden base = Golden.open(BASE);
                Golden a = Golden.open("merge/experts/a/model.safetensors");
                Golden b = Golden.open("merge/experts/b/model.safetensors");
                Golden c = Golden.open("merge/experts/c/model.safetensors");
                Golden merged = Golden.open("merge/" + merge.name + "/merged.safetensors")) {
            double worst = 0;
            for (String name : merged.file().tensors().keySet()) {
                Shape shape = merged.file().tensors().get(name).shape();
                float[][] experts = Stream.of(a, b, c)
                        .limit(merge.experts.length())
                        .map(expert -> expert.floats(name))
                        .toArray(float[][]::new);
                float[] actual = run(merge, name, shape, base.floats(name), experts);
                float[] expected = merged.floats(name);
                for (int i = 0; i < actual.length; i++) {
                    float unit = Math.ulp(merge.ulps == 1 ? expected[i] : largest(expected[i], experts, i));
                    worst = Math.max(worst, Math.abs((double) actual[i] - expected[i]) / unit);
                }
            }
            assertThat(worst).as("units in the last place").isLessThanOrEqualTo(merge.ulps);
        }
    }

    private static float largest(float merged, float[][] experts, int i) {
        float largest = Math.abs(merged);
        for (float[] expert : experts) {
            largest = Math.max(largest, Math.abs(expert[i]));
        }
        return largest;
    }

    private static float[] run(Case merge, String name, Shape shape, float[] base, float[][] experts) {
        Merges merges = merge.merge.apply(name);
        if (merge.name.equals("slerp")) {
            // Its base is the first of the two.
            return merges.weights(name, shape, experts[0], experts[1]).one();
        }
        return (merge.base ? merges.weights(name, shape, base, experts) : merges.weightsAlone(name, shape, experts))
                .one();
    }
}
