package io.lota4j.internal.merge.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.SafetensorsFile;
import io.lota4j.internal.checkpoint.SafetensorsWriter;
import io.lota4j.internal.checkpoint.TensorSource;
import io.lota4j.internal.merge.recipe.MergePlan;
import io.lota4j.internal.merge.recipe.PlanSources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.BooleanNode;

/// What a merge makes of files as other programs write them: types, headers, configurations, links.
class ModelMergeFilesTest {
    private static final String EMBEDDING = "model.embed_tokens.weight";
    private static final String HEAD = "lm_head.weight";
    private static final String DOWN = "model.layers.%d.mlp.down_proj.weight";
    private static final String LINEAR =
            "merge_method: linear\nmodels: [{model: base}, {model: x}]\nparameters: {weight: 1}\n";

    @TempDir
    private Path folder = Path.of("");

    @Test
    void typesThatAreNotMergedPassByteForByte() throws IOException {
        List<TensorSource> others = Stream.of(DType.values())
                .filter(type -> !type.isFloat())
                .map(type -> bytes("other." + type, type, 7))
                .toList();
        model("base", "{}", join(floats(1, 1), others));
        model("x", "{}", join(floats(1, 2), others));
        assertThat(merge(LINEAR)).isEmpty();
        try (Checkpoint base = Checkpoint.open(folder.resolve("base"));
                Checkpoint out = Checkpoint.open(folder.resolve("out"))) {
            assertThat(out.tensors().keySet()).isEqualTo(base.tensors().keySet());
            for (TensorSource other : others) {
                assertThat(out.info(other.name()).dtype()).isEqualTo(other.dtype());
                assertThat(out.bytes(other.name()).mismatch(base.bytes(other.name())))
                        .as(other.name())
                        .isEqualTo(-1);
            }
            assertThat(out.fingerprint()).isNotEqualTo(base.fingerprint());
        }
    }

    @ParameterizedTest
    @CsvSource({"F8_E4M3", "F8_E5M2", "F4", "F6_E2M3", "C64"})
    void weightsOfOtherTypesThatDifferAreRefused(DType type) throws IOException {
        model("base", "{}", join(floats(1, 1), List.of(bytes(Text.format(DOWN, 9), type, 1))));
        model("x", "{}", join(floats(1, 2), List.of(bytes(Text.format(DOWN, 9), type, 2))));
        refused(LINEAR, Text.format("x has 1 tensor of %s that differ from those of base", type), Text.format(DOWN, 9));
        // One that is F8 in one model and a float in the other.
        model("y", "{}", join(floats(1, 2), List.of(filled(Text.format(DOWN, 9), 2, 4))));
        refused(LINEAR.replace("x}", "y}"), "y has 1 tensor of " + type + " that differ", Text.format(DOWN, 9));
        refused(
                LINEAR.replace("base}", "y}"),
                Text.format("x has 1 tensor of %s, which is not merged", type),
                Text.format(DOWN, 9));
    }

    @Test
    void weightsOfOtherTypesMustBeInEveryModel() throws IOException {
        model("base", "{}", join(floats(1, 1), List.of(bytes("q.weight", DType.F8_E4M3, 1))));
        model("x", "{}", floats(1, 2));
        refused(LINEAR, "x lacks 1 tensor that base has, such as q.weight");
    }

    @Test
    void buffersThatDifferAreNamed() throws IOException {
        model("base", "{}", join(floats(1, 1), List.of(bytes("a.position_ids", DType.I64, 1))));
        model("x", "{}", join(floats(1, 2), List.of(bytes("a.position_ids", DType.I64, 2))));
        assertThat(merge(LINEAR))
                .containsExactly("x has other values than base, which the result has, in the buffer a.position_ids");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"quantization_config\": {\"quant_method\": \"gptq\"}} | w | F32 | gptq",
                "{\"quantization_config\": {\"load_in_4bit\": true}} | w | F32 | bitsandbytes",
                "{\"text_config\": {\"quantization_config\": {\"quant_method\": \"mxfp4\"}}} | w | F32 | mxfp4",
                "{\"quantization\": {\"group_size\": 64, \"bits\": 4}} | w | F32 | 4 bits",
                "{} | model.layers.0.mlp.up_proj.qweight | I32 | GPTQ or AWQ",
                "{} | model.layers.0.mlp.up_proj.W_q | U8 | packed as whole numbers",
                "{} | model.layers.0.mlp.up_proj.weight | U8 | packed as whole numbers",
                "{} | model.layers.0.mlp.up_proj.weight.absmax | F32 | bitsandbytes",
                "{} | model.layers.0.mlp.up_proj.SCB | F32 | bitsandbytes",
                "{} | model.layers.0.mlp.up_proj.weight_scale_inv | F32 | FP8 or compressed-tensors",
                "{} | model.layers.0.mlp.up_proj.weight_packed | I32 | FP8 or compressed-tensors",
                "{} | model.layers.0.mlp.experts.down_proj_scale | F32 | FP8 or compressed-tensors",
            })
    void quantizedWeightsAreRefusedByName(String config, String tensor, DType type, String method) throws IOException {
        model("base", "{\"quantization_config\": null}", floats(1, 1));
        model("x", config, join(floats(1, 2), List.of(bytes(tensor, type, 1))));
        refused(LINEAR, "x holds quantized weights (" + method + ")", "dequantize");
    }

    @Test
    void blocksWithScalesAreMxfp4() throws IOException {
        List<TensorSource> packed = List.of(
                bytes("model.layers.0.mlp.experts.up_blocks", DType.U8, 1),
                bytes("model.layers.0.mlp.experts.up_scales", DType.U8, 2));
        model("base", "{}", join(floats(1, 1), packed));
        model("x", "{}", join(floats(1, 2), packed));
        refused(LINEAR, "base holds quantized weights (MXFP4)", "up_blocks");
    }

    @Test
    void anAdapterOnOtherTypesIsRefused() throws IOException {
        model("base", "{}", join(floats(1, 1), List.of(bytes(Text.format(DOWN, 9), DType.F8_E4M3, 1))));
        adapter("lora", Text.format(DOWN, 9).replace(".weight", ""), 2, 4);
        refused(
                "merge_method: add\nbase_model: base\nmodels: [{model: lora}]\n",
                "lora changes 1 tensor that base stores as F8_E4M3",
                Text.format(DOWN, 9));
    }

    @Test
    void everyMergedFileSaysItsFormat() throws IOException {
        model("base", "{}", floats(1, 1));
        model("x", "{}", floats(1, 2));
        SafetensorsWriter.write(folder.resolve("base/model.safetensors"), Map.of("license", "mit"), floats(1, 1));
        merge(LINEAR);
        try (SafetensorsFile out = SafetensorsFile.open(folder.resolve("out/model.safetensors"))) {
            assertThat(out.metadata()).isEqualTo(Map.of("format", "pt", "license", "mit"));
        }
    }

    @Test
    void stackedLayersKeepTheirSettings() throws IOException {
        model("base", """
            {"num_hidden_layers": 3, "layer_types": ["a", "b", "c"], "no_rope_layers": [1, 1, 0],
             "mlp_only_layers": [2], "max_window_layers": 2, "eos_token_id": [5, 6, 7], "dtype": "bfloat16",
             "torch_dtype": "bfloat16"}
            """, floats(3, 1));
        model("x", """
            {"num_hidden_layers": 3, "layer_types": ["d", "e", "f"], "no_rope_layers": [0, 1, 1],
             "mlp_only_layers": [0], "max_window_layers": 3, "eos_token_id": [5, 6, 7]}
            """, floats(3, 2));
        merge("""
            merge_method: passthrough
            slices:
            - sources: [{model: base, layer_range: [1, 3]}]
            - sources: [{model: x, layer_range: [0, 2]}]
            """);
        assertThat(config()).isEqualTo(json("""
            {"num_hidden_layers": 4, "layer_types": ["b", "c", "d", "e"], "no_rope_layers": [1, 0, 0, 1],
             "mlp_only_layers": [1, 2], "max_window_layers": 3, "eos_token_id": [5, 6, 7], "dtype": "float32",
             "torch_dtype": "float32"}
            """));
    }

    @Test
    void aNestedConfigurationFollowsToo() throws IOException {
        model("base", """
            {"torch_dtype": "bfloat16", "text_config": {"num_hidden_layers": 3, "layer_types": ["a", "b", "c"],
             "dtype": "bfloat16", "sliding_window_pattern": 2}}
            """, floats(3, 1));
        merge("""
            merge_method: passthrough
            slices: [{sources: [{model: base, layer_range: [1, 3]}]}]
            dtype: float16
            """);
        assertThat(config()).isEqualTo(json("""
            {"torch_dtype": "float16", "text_config": {"num_hidden_layers": 2, "layer_types": ["b", "c"],
             "dtype": "float16", "sliding_window_pattern": 2}}
            """));
    }

    /// Modules are called what their authors like.
    @ParameterizedTest
    @ValueSource(strings = {"llm_config", "language_config", "language_model", "decoder"})
    void modulesOfAnyNameSayTheTypeAndLayersThatAreWritten(String module) throws IOException {
        String before = Text.format("""
            {"%s": {"num_hidden_layers": 3, "layer_types": ["a", "b", "c"], "torch_dtype": "bfloat16"},
             "vision_model": {"dtype": "bfloat16", "num_hidden_layers": 7}, "cache": {"dtype": "float8"}}
            """, module);
        model("base", before, floats(3, 1));
        merge("""
            merge_method: passthrough
            slices: [{sources: [{model: base, layer_range: [1, 3]}]}]
            dtype: float16
            """);
        JsonNode after = config();
        assertThat(after.path(module)).isEqualTo(json("""
            {"num_hidden_layers": 2, "layer_types": ["b", "c"], "torch_dtype": "float16"}
            """));
        assertThat(after.path("vision_model")).isEqualTo(json("{\"dtype\": \"float16\", \"num_hidden_layers\": 7}"));
        assertThat(after.path("cache")).isEqualTo(json("{\"dtype\": \"float8\"}"));
        assertThat(after.has("torch_dtype")).isFalse();
    }

    /// Programs ask the configuration or that of its text module, and take a tied head for granted where it is silent.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"llm_config\": {\"vocab_size\": 6}}",
                "{\"tie_word_embeddings\": false, \"text_config\": {\"vocab_size\": 6}}",
                "{\"thinker_config\": {\"text_config\": {\"vocab_size\": 6, \"tie_word_embeddings\": true}}}",
                "{\"language_model\": {\"tie_word_embeddings\": false}, \"vocab_size\": 6}"
            })
    void aHeadOfItsOwnIsSaidWhereverProgramsAsk(String before) throws IOException {
        model("base", before, List.of(filled(EMBEDDING, 6, 4), filled(HEAD, 6, 4), filled("model.norm.weight", 4)));
        model("tied", before, List.of(filled(EMBEDDING, 6, 4), filled("model.norm.weight", 4)));
        adapter("lora", "lm_head", 6, 4);
        for (String recipe : List.of(
                "merge_method: add\nbase_model: base\nmodels: [{model: lora}]\n",
                "merge_method: passthrough\nmodels: [{model: tied+lora}]\n")) {
            merge(recipe);
            requireUntied(config());
        }
    }

    private static void requireUntied(JsonNode config) {
        assertThat(config.path("tie_word_embeddings")).isEqualTo(BooleanNode.FALSE);
        config.valueStream().filter(JsonNode::isObject).forEach(ModelMergeFilesTest::requireUntied);
    }

    @Test
    void kindsThatNoLongerReturnAreWrittenOut() throws IOException {
        model("base", "{\"num_hidden_layers\": 3, \"sliding_window_pattern\": 3}", floats(3, 1));
        merge("merge_method: passthrough\nslices: [{sources: [{model: base, layer_range: [1, 3]}]}]\n");
        assertThat(config().path("layer_types").toString()).isEqualTo("[\"sliding_attention\",\"full_attention\"]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"tie_word_embeddings\": \"true\" | \"tie_word_embeddings\" must be true or false, found \"true\".",
                "\"text_config\": {\"tie_word_embeddings\": 1} | \"text_config.tie_word_embeddings\" must be true or"
                        + " false",
                "\"vocab_size\": \"6\" | \"vocab_size\" must be a whole number over 0, found \"6\".",
                "\"vocab_size\": 6.5 | \"vocab_size\" must be a whole number over 0, found 6.5.",
                "\"max_window_layers\": \"1\" | \"max_window_layers\" must be a whole number from 0 on, found \"1\".",
                "\"sliding_window_pattern\": 2.5 | \"sliding_window_pattern\" must be a whole number from 0 on, found"
                        + " 2.5.",
                "\"max_window_layers\": 1, \"use_sliding_window\": \"no\" | \"use_sliding_window\" must be true or"
                        + " false",
                "\"a\": 1, \"a\": 2 | the key \"a\" stands twice",
            })
    void settingsOfAnotherTypeBecomeNoDefaults(String setting, String message) throws IOException {
        model("base", Text.format("{\"num_hidden_layers\": 3, %s}", setting), floats(3, 1));
        refused(
                "merge_method: passthrough\nslices: [{sources: [{model: base, layer_range: [1, 3]}]},"
                        + " {sources: [{model: base, layer_range: [0, 1]}]}]\n",
                folder.resolve("base/config.json").toString(),
                message);
    }

    @Test
    void aSliceOfNoLayersAtTheEndGivesWhatFollows() throws IOException {
        model("base", "{\"num_hidden_layers\": 1}", join(floats(1, 1), List.of(filled("model.norm.weight", 4))));
        model("x", "{\"num_hidden_layers\": 1}", join(floats(1, 2), List.of(filled("model.norm.weight", 9))));
        merge("""
            merge_method: passthrough
            slices:
            - sources: [{model: base, layer_range: [0, 1]}]
            - sources: [{model: x, layer_range: [1, 1]}]
            """);
        assertThat(config().path("num_hidden_layers").asInt()).isEqualTo(1);
        try (Checkpoint out = Checkpoint.open(folder.resolve("out"));
                Checkpoint x = Checkpoint.open(folder.resolve("x"))) {
            assertThat(out.bytes("model.norm.weight").mismatch(x.bytes("model.norm.weight")))
                    .isEqualTo(-1);
            assertThat(out.bytes(EMBEDDING).mismatch(x.bytes(EMBEDDING))).isNotEqualTo(-1);
        }
    }

    @Test
    void aHeadThatIsNoLongerTheEmbeddingIsUntied() throws IOException {
        String tied = "{\"vocab_size\": 6, \"tie_word_embeddings\": true, \"torch_dtype\": \"float32\"}";
        model("base", tied, List.of(filled(EMBEDDING, 6, 4), filled(HEAD, 6, 4), filled("model.norm.weight", 4)));
        model("x", tied, List.of(filled(EMBEDDING, 6, 4), filled(HEAD, 6, 4), filled("model.norm.weight", 9)));
        merge(LINEAR);
        assertThat(folder.resolve("out/config.json")).hasSameTextualContentAs(folder.resolve("base/config.json"));
        adapter("lora", "lm_head", 6, 4);
        merge("merge_method: add\nbase_model: base\nmodels: [{model: lora}]\n");
        assertThat(config().path("tie_word_embeddings").asBoolean(true)).isFalse();
        try (Checkpoint out = Checkpoint.open(folder.resolve("out"))) {
            assertThat(out.bytes(HEAD).mismatch(out.bytes(EMBEDDING))).isNotEqualTo(-1);
        }
    }

    /// As configurations are that leave to the architecture how many tokens there are.
    @Test
    void aHeadIsKnownWithoutTheNumberOfTokens() throws IOException {
        model("base", "{}", List.of(filled(EMBEDDING, 6, 4), filled(HEAD, 6, 4), filled("model.norm.weight", 4)));
        adapter("lora", "lm_head", 6, 4);
        merge("merge_method: add\nbase_model: base\nmodels: [{model: lora}]\n");
        assertThat(config()).isEqualTo(json("{\"tie_word_embeddings\": false}"));
    }

    @Test
    void anAdapterOnATiedHeadGivesItAHeadOfItsOwn() throws IOException {
        model(
                "base",
                "{\"vocab_size\": 6, \"tie_word_embeddings\": true}",
                List.of(filled(EMBEDDING, 6, 4), filled("model.norm.weight", 4)));
        adapter("lora", "lm_head", 6, 4);
        merge("merge_method: passthrough\nmodels: [{model: base+lora}]\n");
        assertThat(config().path("tie_word_embeddings").asBoolean(true)).isFalse();
        try (Checkpoint out = Checkpoint.open(folder.resolve("out"));
                Checkpoint base = Checkpoint.open(folder.resolve("base"))) {
            assertThat(out.bytes(EMBEDDING).mismatch(base.bytes(EMBEDDING))).isEqualTo(-1);
            assertThat(out.bytes(HEAD).mismatch(base.bytes(EMBEDDING))).isNotEqualTo(-1);
        }
    }

    @Test
    void valuesBeyondF16AreToldBeforeTheyAreInfinite() throws IOException {
        float[] large = {1, 65519, -65520, 1e9f};
        model("base", "{}", join(floats(1, 1), List.of(TensorSource.ofFloats("large.weight", Shape.of(4), large))));
        assertThatThrownBy(() -> merge("merge_method: passthrough\nmodels: [{model: base}]\ndtype: float16\n"))
                .isInstanceOf(LotaException.class)
                .hasMessageStartingWith("Tensor 'large.weight' of the result has 2 values beyond 65504");
        assertThat(folder.resolve("out")).doesNotExist();
        assertThat(ModelMerge.unfinished(folder.resolve("out"))).doesNotExist();
        merge("merge_method: passthrough\nmodels: [{model: base}]\ndtype: bfloat16\n");
    }

    @Test
    void numbersThatOnlyPythonWritesPassUnchanged() throws IOException {
        model(
                "base",
                "{\"a\": Infinity, \"b\": [-Infinity, NaN], \"c\": 1000000000000000019884624838656, \"d\": 1e-400}",
                floats(1, 1));
        model("x", "{}", floats(1, 2));
        merge(LINEAR + "dtype: bfloat16\n");
        assertThat(folder.resolve("out/config.json"))
                .content()
                .containsPattern("\"a\" : Infinity")
                .containsPattern("-Infinity, NaN")
                .containsPattern("\"c\" : 1000000000000000019884624838656,")
                .containsPattern("\"d\" : 1E-400")
                .contains("bfloat16");
    }

    @ParameterizedTest
    @CsvSource({"config.json", "tokenizer.json", "generation_config.json", "model.safetensors"})
    void aLinkToNothingIsNamed(String file) throws IOException {
        model("base", "{}", floats(1, 1));
        model("x", "{}", floats(1, 2));
        Files.deleteIfExists(folder.resolve("base").resolve(file));
        Files.createSymbolicLink(folder.resolve("base").resolve(file), Path.of("../blobs/gone"));
        refused(LINEAR, file + " is a link to ../blobs/gone, which is not there.", "");
    }

    @Test
    void aLinkThatIsNotTakenDoesNotMatter() throws IOException {
        model("base", "{}", floats(1, 1));
        model("x", "{}", floats(1, 2));
        Files.createSymbolicLink(folder.resolve("base/README.md"), Path.of("../blobs/gone"));
        assertThat(merge(LINEAR)).isEmpty();
    }

    @Test
    void ofTwoModelsInADirectoryOneIsReadAndWritten() throws IOException {
        model("base", "{}", floats(1, 1));
        model("x", "{}", floats(1, 2));
        Files.writeString(
                folder.resolve("base/model.safetensors.index.json"),
                "{\"weight_map\": {\"a\": \"model-00001-of-00001.safetensors\"}}");
        assertThat(merge(LINEAR)).singleElement().asString().contains("model.safetensors is what was read");
        assertThat(folder.resolve("out")).isDirectoryNotContaining("glob:**.index.json");
    }

    private static List<TensorSource> floats(int layers, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<TensorSource> tensors = new ArrayList<>();
        tensors.add(random(EMBEDDING, random));
        for (int layer = 0; layer < layers; layer++) {
            tensors.add(random(Text.format(DOWN, layer), random));
        }
        return tensors;
    }

    private static TensorSource random(String name, SplittableRandom random) {
        float[] values = new float[24];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return TensorSource.ofFloats(name, Shape.of(6, 4), values);
    }

    /// Of one number: four of them.
    private static TensorSource filled(String name, float number) {
        return TensorSource.ofFloats(name, Shape.of(4), new float[] {number, number, number, number});
    }

    /// A matrix with values that are all different.
    private static TensorSource filled(String name, int rows, int columns) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = i + 1;
        }
        return TensorSource.ofFloats(name, Shape.of(rows, columns), values);
    }

    private static TensorSource bytes(String name, DType type, int fill) {
        byte[] bytes = new byte[(int) type.bytes(8)];
        Arrays.fill(bytes, (byte) fill);
        return TensorSource.ofBytes(name, type, Shape.of(2, 4), bytes);
    }

    @SafeVarargs
    private static List<TensorSource> join(List<TensorSource>... lists) {
        return Stream.of(lists).flatMap(List::stream).toList();
    }

    private void model(String name, String config, List<TensorSource> tensors) throws IOException {
        Path directory = Files.createDirectories(folder.resolve(name));
        Files.writeString(directory.resolve("config.json"), config);
        SafetensorsWriter.write(directory.resolve("model.safetensors"), Map.of(), tensors);
    }

    private void adapter(String name, String module, int rows, int columns) throws IOException {
        Path directory = Files.createDirectories(folder.resolve(name));
        Files.writeString(
                directory.resolve("adapter_config.json"), "{\"peft_type\": \"LORA\", \"r\": 1, \"lora_alpha\": 1}");
        float[] a = new float[columns];
        float[] b = new float[rows];
        Arrays.fill(a, 1);
        Arrays.fill(b, 0.5f);
        String prefix = "base_model.model." + module;
        SafetensorsWriter.write(
                directory.resolve("adapter_model.safetensors"),
                Map.of(),
                List.of(
                        TensorSource.ofFloats(prefix + ".lora_A.weight", Shape.of(1, columns), a),
                        TensorSource.ofFloats(prefix + ".lora_B.weight", Shape.of(rows, 1), b)));
    }

    /// Merges anew.
    ///
    /// @return warnings, with models by their names
    private List<String> merge(String yaml) throws IOException {
        Path recipe = Files.writeString(folder.resolve("recipe.yaml"), yaml);
        Path out = folder.resolve("out");
        if (Files.exists(out)) {
            try (Stream<Path> files = Files.walk(out)) {
                for (Path file : files.sorted(Collections.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
        try (PlanSources models = new PlanSources()) {
            MergePlan plan = MergePlan.of(recipe, models);
            ModelMerge.run(plan, models, out, 1, (tensor, done, total) -> {}, () -> false);
            return plan.warnings();
        }
    }

    private void refused(String yaml, String... parts) {
        assertThatThrownBy(() -> merge(yaml)).isInstanceOf(LotaException.class).hasMessageContainingAll(parts);
    }

    private JsonNode config() throws IOException {
        return json(Files.readString(folder.resolve("out/config.json")));
    }

    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text);
    }
}
