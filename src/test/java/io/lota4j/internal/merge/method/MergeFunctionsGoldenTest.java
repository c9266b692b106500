package io.lota4j.internal.merge.method;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.Golden;
import io.lota4j.checkpoint.Shape;
import io.lota4j.merge.Compat;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Methods give what mergekit's functions computed in F32 from two tensors of `golden/merge/experts`, with the
/// settings of [#merge(String)] (model stock by rows: what the same steps gave in PyTorch).
class MergeFunctionsGoldenTest {
    private static final String[] TENSORS = {
        "model.layers.0.mlp.down_proj.weight", "model.layers.1.self_attn.q_proj.weight"
    };

    /// The unit is that of the largest value that is combined. Those over 1 have factors that mergekit sums in
    /// F32 over a tensor, a row or a column, ours in F64.
    @ParameterizedTest
    @CsvSource({
        "sce, 2",
        "sce-0.3, 2",
        "ram, 1",
        "ramplus_tl, 1",
        "nearswap, 1",
        "arcee_fusion, 1",
        "multislerp, 4",
        "multislerp-weights, 4",
        "nuslerp-rows, 4",
        "nuslerp-columns, 4",
        "model_stock-rows, 4"
    })
    void givesWhatMergekitGives(String name, double ulps) {
        try (Golden base = Golden.open("models/llama-tied/model.safetensors");
                Golden a = Golden.open("merge/experts/a/model.safetensors");
                Golden b = Golden.open("merge/experts/b/model.safetensors");
                Golden c = Golden.open("merge/experts/c/model.safetensors");
                Golden merged = Golden.open("merge/functions.safetensors")) {
            double worst = 0;
            for (String tensor : TENSORS) {
                Shape shape = Objects.requireNonNull(base.file().tensors().get(tensor))
                        .shape();
                float[][] experts =
                        Stream.of(a, b, c).map(file -> file.floats(tensor)).toArray(float[][]::new);
                float[] actual = merge(name, tensor, shape, base.floats(tensor), experts);
                float[] expected = merged.floats(name + "|" + tensor);
                for (int i = 0; i < actual.length; i++) {
                    float largest = largest(expected[i], experts, i);
                    worst = Math.max(worst, Math.abs((double) actual[i] - expected[i]) / Math.ulp(largest));
                }
            }
            assertThat(worst).as("units in the last place").isLessThanOrEqualTo(ulps);
        }
    }

    private static float largest(float merged, float[][] experts, int i) {
        float largest = Math.abs(merged);
        for (float[] expert : experts) {
            largest = Math.max(largest, Math.abs(expert[i]));
        }
        return largest;
    }

    private static float[] merge(String name, String tensor, Shape shape, float[] base, float[][] experts) {
        Merges merges = merge(name);
        Merges filled = switch (name) {
            case "nearswap" -> merges.weights(tensor, shape, base, experts[0]);
            case "arcee_fusion" -> merges.weights(tensor, shape, smaller(base), experts[0]);
            case "nuslerp-rows", "nuslerp-columns" -> merges.weightsAlone(tensor, shape, experts[0], experts[1]);
            case "multislerp-weights" -> merges.weightsAlone(tensor, shape, experts);
            default -> merges.weights(tensor, shape, base, experts);
        };
        return filled.one();
    }

    /// Another base, from which more than half of an expert's weights differ.
    private static float[] smaller(float[] base) {
        float[] smaller = base.clone();
        WeightedSum.multiply(smaller, 0.9f, smaller.length);
        return smaller;
    }

    private static Merges merge(String name) {
        return switch (name) {
            case "sce-0.3" -> mergekit("sce").with("select_topk", 0.3);
            case "nearswap" -> mergekit("nearswap").with("t", 0.02);
            case "multislerp", "multislerp-weights" ->
                mergekit("multislerp").model("weight", 0.5).model("weight", 0.3).model("weight", 0.4);
            case "nuslerp-rows", "nuslerp-columns" ->
                mergekit("nuslerp")
                        .with("nuslerp_flatten", 0)
                        .with("nuslerp_row_wise", name.endsWith("columns") ? 1 : 0)
                        .model("weight", 0.6)
                        .model("weight", 0.4);
            case "model_stock-rows" -> mergekit("model_stock").with("filter_wise", 1);
            default -> mergekit(name);
        };
    }

    private static Merges mergekit(String method) {
        return Merges.of(method, Compat.MERGEKIT);
    }
}
