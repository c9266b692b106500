package io.lota4j.internal.merge.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.Golden;
import io.lota4j.checkpoint.DType;
import io.lota4j.internal.Text;
import io.lota4j.internal.merge.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is planned from recipes that are right.
class RecipePlanTest {
    private static final String EMBEDDING = "model.embed_tokens.weight";
    private static final String UP = "model.layers.%d.mlp.up_proj.weight";

    @TempDir
    private Path folder = Path.of("");

    private MergePlan plan(String yaml) throws IOException {
        try (PlanSources sources = new PlanSources()) {
            return MergePlan.of(Recipes.write(folder, yaml), sources);
        }
    }

    private static TensorPlan tensor(MergePlan plan, String name) {
        return plan.tensors().stream()
                .filter(tensor -> tensor.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Settings settings(MergePlan plan, String name) {
        return ((TensorPlan.Merge) tensor(plan, name)).settings();
    }

    @Test
    void anchorsAndMergeKeysWork() throws IOException {
        MergePlan plan = plan("""
            common: &common {density: 0.5, weight: 0.25}
            merge_method: ties
            base_model: &base $base
            models:
              - {model: $a, parameters: *common}
              - {model: $b, parameters: {<<: *common, weight: 2}}
              - {model: *base}
            """);
        assertThat(plan.warnings()).isEmpty();
        Settings settings = settings(plan, EMBEDDING);
        assertThat(settings.number("density", 1)).isEqualTo(0.5);
        assertThat(settings.number("weight", 0)).isEqualTo(0.25);
        assertThat(settings.number("weight", 1)).isEqualTo(2);
    }

    @Test
    void theNearestParameterWinsAndFiltersFallThrough() throws IOException {
        MergePlan plan = plan("""
            merge_method: linear
            slices:
              - parameters: {weight: [{filter: up_proj, value: 3}]}
                sources:
                  - {model: $a, layer_range: [0, 2], parameters: {weight: {filter: down_proj, value: 4}}}
                  - {model: $b, layer_range: [0, 2], parameters: {weight: [5, 6]}}
            parameters: {weight: 2, normalize: false}
            """);
        assertThat(settings(plan, "model.layers.1.mlp.down_proj.weight").number("weight", 0))
                .isEqualTo(4);
        assertThat(settings(plan, Text.format(UP, 1)).number("weight", 0)).isEqualTo(3);
        assertThat(settings(plan, "model.layers.1.mlp.gate_proj.weight").number("weight", 0))
                .isEqualTo(2);
        assertThat(settings(plan, Text.format(UP, 0)).number("weight", 1)).isEqualTo(5);
        assertThat(settings(plan, Text.format(UP, 1)).number("weight", 1)).isEqualTo(6);
        assertThat(settings(plan, Text.format(UP, 1)).flag("normalize")).isFalse();
    }

    @Test
    void gradientsAreStraightLines() {
        ParameterSetting gradient = new ParameterSetting.Gradient(List.of(0.0, 1.0, 4.0));
        assertThat(gradient.at("any", 0).orElseThrow()).isZero();
        assertThat(gradient.at("any", 0.25).orElseThrow()).isEqualTo(0.5);
        assertThat(gradient.at("any", 0.5).orElseThrow()).isEqualTo(1);
        assertThat(gradient.at("any", 0.9).orElseThrow()).isCloseTo(3.4, within(1e-12));
        assertThat(gradient.at("any", 1).orElseThrow()).isEqualTo(4);
    }

    @Test
    void theHeadGetsTheLastValueUnlessMergekitIsFollowed() throws IOException {
        String yaml = """
            merge_method: linear
            models: [{model: $untied}, {model: $a}]
            parameters: {weight: [1, 2]}
            """;
        assertThat(settings(plan(yaml), "lm_head.weight").number("weight", 0)).isEqualTo(1);
        MergePlan paper = plan(yaml + "compat: paper\n");
        assertThat(settings(paper, "lm_head.weight").number("weight", 0)).isEqualTo(2);
        assertThat(settings(paper, "model.norm.weight").number("weight", 0)).isEqualTo(2);
        assertThat(settings(paper, EMBEDDING).number("weight", 0)).isEqualTo(1);
    }

    @Test
    void aTiedModelGivesItsEmbeddingForTheHead() throws IOException {
        MergePlan plan = plan("""
            merge_method: linear
            models: [{model: $a}, {model: $untied}]
            parameters: {weight: 1}
            """);
        TensorPlan.Merge head = (TensorPlan.Merge) tensor(plan, "lm_head.weight");
        assertThat(head.models().getFirst().tensor()).isEqualTo(EMBEDDING);
        assertThat(head.models().getLast().tensor()).isEqualTo("lm_head.weight");
        assertThat(Objects.requireNonNull(plan.files().written().get("config.json")))
                .contains("\"tie_word_embeddings\" : false");
    }

    /// The result's settings are those of the first model, its head is of the last.
    @Test
    void slicesOfTiedAndOtherModelsHaveAHead() throws IOException {
        String slices = """
            merge_method: passthrough
            slices:
              - sources: [{model: %s, layer_range: [0, 1]}]
              - sources: [{model: %s, layer_range: [0, 2]}]
            """;
        MergePlan tiedFirst = plan(Text.format(slices, "$a", "$untied"));
        assertThat(input(tiedFirst, "lm_head.weight")).isEqualTo("lm_head.weight");
        assertThat(config(tiedFirst)).contains("\"tie_word_embeddings\" : false");
        MergePlan tiedLast = plan(Text.format(slices, "$untied", "$a"));
        assertThat(input(tiedLast, "lm_head.weight")).isEqualTo(EMBEDDING);
        assertThat(config(tiedLast)).contains("\"tie_word_embeddings\" : false");
        MergePlan tied = plan(Text.format(slices, "$a", "$b"));
        assertThat(tied.tensors()).extracting(TensorPlan::name).doesNotContain("lm_head.weight");
        assertThat(config(tied)).contains("\"tie_word_embeddings\" : true");
    }

    @Test
    void anAdaptersHeadUntiesTheResult() throws IOException {
        MergePlan plan = plan(Text.format(
                "merge_method: passthrough\nmodels: [{model: %s+%s}]\n",
                Golden.path("merge-recipes/models/z"), Golden.path("peft-kinds/head")));
        assertThat(tensor(plan, "lm_head.weight").dtype()).isEqualTo(DType.F32);
        assertThat(config(plan)).contains("\"tie_word_embeddings\" : false");
        assertThat(plan.warnings()).isEmpty();
    }

    private static String input(MergePlan plan, String name) {
        return ((TensorPlan.Merge) tensor(plan, name)).models().getFirst().tensor();
    }

    private static String config(MergePlan plan) {
        return Objects.requireNonNull(plan.files().written().get("config.json"));
    }

    @Test
    void slicesAreStackedAndRenumbered() throws IOException {
        Path recipe = Recipes.write(folder, """
            merge_method: passthrough
            slices:
              - sources: [{model: $a, layer_range: [0, 2]}]
              - sources: [{model: $b, layer_range: [1, 2]}]
              - sources: [{model: $a, layer_range: [0, 1], parameters: {scale: 2}}]
            dtype: bfloat16
            """);
        try (PlanSources sources = new PlanSources();
                Golden a = Golden.open("merge/experts/a/model.safetensors");
                Golden b = Golden.open("merge/experts/b/model.safetensors")) {
            MergePlan plan = MergePlan.of(recipe, sources);
            assertThat(plan.tensors()).hasSize(2 + 4 * 9);
            assertThat(tensor(plan, EMBEDDING).dtype()).isEqualTo(DType.BF16);
            assertThat(Recipes.compute(sources, plan, tensor(plan, Text.format(UP, 1))))
                    .isEqualTo(a.floats(Text.format(UP, 1)));
            assertThat(Recipes.compute(sources, plan, tensor(plan, Text.format(UP, 2))))
                    .isEqualTo(b.floats(Text.format(UP, 1)));
            assertThat(Recipes.compute(sources, plan, tensor(plan, Text.format(UP, 3)))[0])
                    .isEqualTo(2 * a.floats(Text.format(UP, 0))[0]);
            assertThat(Objects.requireNonNull(plan.files().written().get("config.json")))
                    .contains("\"num_hidden_layers\" : 4", "\"dtype\" : \"bfloat16\"");
        }
    }

    @Test
    void oneModuleIsTheWholeModel() throws IOException {
        MergePlan plan = plan("""
            merge_method: linear
            modules:
              text:
                parameters: {weight: 3}
                models: [{model: $a}, {model: $b}]
            parameters: {weight: 2}
            """);
        assertThat(settings(plan, EMBEDDING).number("weight", 1)).isEqualTo(3);
    }

    @Test
    void whatNobodyChangesIsCopied() throws IOException {
        MergePlan plan = plan("""
            merge_method: karcher
            models: [{model: $a}, {model: $b}]
            """);
        assertThat(plan.files().written()).containsOnlyKeys("README.md");
        assertThat(plan.files().copied()).containsOnlyKeys("config.json");
        assertThat(plan.weightBytes()).isEqualTo(4L * 22_688);
        assertThat(plan.lines())
                .contains("method      karcher, as mergekit reads it", "tensors     20 merged, 0 copied, F32");
    }

    @Test
    void pathsAreThoseOfTheRecipeFirst() throws IOException {
        Path models = Files.createDirectory(folder.resolve("models"));
        for (String file : List.of("config.json", "model.safetensors")) {
            Files.copy(Golden.path("merge/experts/a").resolve(file), models.resolve(file));
        }
        MergePlan plan = plan("{merge_method: passthrough, models: [{model: models}]}");
        assertThat(plan.models().getFirst().directory()).contains(models);
    }
}
