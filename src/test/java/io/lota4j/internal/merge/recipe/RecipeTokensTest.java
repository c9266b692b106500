package io.lota4j.internal.merge.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.SafetensorsWriter;
import io.lota4j.internal.checkpoint.TensorSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Models with different tokens: whose tokenizer the result has and where each row of its embedding comes from.
class RecipeTokensTest {
    private static final String EMBEDDING = "model.embed_tokens.weight";

    @TempDir
    private Path folder = Path.of("");

    /// The base has a, b, <s>; x has b, a, c and <x>; y has a, c. Row r of a model is (10 m + r, -r).
    @BeforeEach
    void writeModels() throws IOException {
        model("base", 0, List.of("a", "b"), List.of("<s>"));
        model("x", 1, List.of("b", "a", "c"), List.of("<x>"));
        model("y", 2, List.of("a", "c"), List.of());
    }

    private void model(String name, int number, List<String> plain, List<String> added) throws IOException {
        Path directory = Files.createDirectory(folder.resolve(name));
        List<String> vocab = new ArrayList<>();
        plain.forEach(token -> vocab.add(Text.format("\"%s\": %d", token, vocab.size())));
        List<String> entries = new ArrayList<>();
        added.forEach(token -> entries.add(Text.format(
                "{\"id\": %d, \"content\": \"%s\", \"special\": true}", plain.size() + entries.size(), token)));
        Files.writeString(
                directory.resolve("tokenizer.json"),
                Text.format(
                        "{\"added_tokens\": [%s], \"model\": {\"type\": \"BPE\", \"vocab\": {%s}, \"merges\": []}}",
                        String.join(", ", entries), String.join(", ", vocab)));
        Files.writeString(
                directory.resolve("tokenizer_config.json"),
                Text.format("{\"eos_token\": \"%s\", \"chat_template\": \"{{ %d }}\"}", name, number / 2));
        int rows = plain.size() + added.size();
        Files.writeString(directory.resolve("config.json"), Text.format("{\"vocab_size\": %d}", rows));
        float[] values = new float[2 * rows];
        for (int row = 0; row < rows; row++) {
            values[2 * row] = 10 * number + row;
            values[2 * row + 1] = -row;
        }
        SafetensorsWriter.write(
                directory.resolve("model.safetensors"),
                Map.of(),
                List.of(
                        TensorSource.ofFloats(EMBEDDING, Shape.of(rows, 2), values),
                        TensorSource.ofFloats("model.norm.weight", Shape.of(2), new float[] {1, 1})));
    }

    private String merged(String yaml) throws IOException {
        try (PlanSources sources = new PlanSources()) {
            MergePlan plan = MergePlan.of(Recipes.write(folder, yaml), sources);
            TensorPlan embedding = plan.tensors().getFirst();
            float[] values = Recipes.compute(sources, plan, embedding);
            List<String> rows = new ArrayList<>();
            for (int row = 0; row < embedding.shape().dim(0); row++) {
                rows.add(Text.format("%s %s", values[2 * row], values[2 * row + 1]));
            }
            return String.join(", ", rows);
        }
    }

    private MergePlan plan(String yaml) throws IOException {
        try (PlanSources sources = new PlanSources()) {
            return MergePlan.of(Recipes.write(folder, yaml), sources);
        }
    }

    @Test
    void theBasesTokensInEveryModelsOwnRows() throws IOException {
        // x has b and a the other way round and no <s>, for which it gets the base's row: nothing is added there.
        assertThat(merged("""
            {merge_method: task_arithmetic, base_model: base, tokenizer: {source: base},
             models: [{model: x, parameters: {weight: 1}}]}\
            """)).isEqualTo("11.0 -1.0, 10.0 0.0, 2.0 -2.0");
    }

    @Test
    void unionKeepsEveryToken() throws IOException {
        String union = "merge_method: task_arithmetic\nbase_model: base\ntokenizer_source: union\n";
        assertThat(merged(union + "models: [{model: x}]\nparameters: {weight: 1}"))
                .isEqualTo("11.0 -1.0, 10.0 0.0, 2.0 -2.0, 12.0 -2.0, 13.0 -3.0");
        // c is in x and y: their mean stands in for the base, which has none; <x> is in x alone.
        assertThat(merged(union + "models: [{model: x}, {model: y}]\nparameters: {weight: 1, lambda: 0}"))
                .isEqualTo("0.0 0.0, 1.0 -1.0, 2.0 -2.0, 16.5 -1.5, 13.0 -3.0");
    }

    /// With how many and which, of the base too: y is longer than its own tokenizer.
    @Test
    void rowsThatAreCutAndTokensWithoutRowsAreTold() throws IOException {
        Path longer = folder.resolve("y/model.safetensors");
        SafetensorsWriter.write(
                longer,
                Map.of(),
                List.of(
                        TensorSource.ofFloats(EMBEDDING, Shape.of(7, 2), new float[14]),
                        TensorSource.ofFloats("model.norm.weight", Shape.of(2), new float[] {1, 1})));
        Files.writeString(folder.resolve("y/config.json"), "{\"vocab_size\": 7}");
        assertThat(plan("""
            {merge_method: linear, models: [{model: base}, {model: x}, {model: y}], tokenizer: {source: base},
             parameters: {weight: 1}}\
            """).warnings())
                .containsExactly(
                        "x: 2 of its 4 embedding rows are cut, for they are of no token of the result's tokenizer: "
                                + "ids 2 to 3",
                        "x has no embedding row for 1 of the result's 3 tokens: id 2",
                        "y: 6 of its 7 embedding rows are cut, for they are of no token of the result's tokenizer: "
                                + "ids 1 to 6",
                        "y has no embedding row for 2 of the result's 3 tokens: ids 1 to 2");
        assertThat(plan("""
            {merge_method: linear, models: [{model: x}, {model: y}], tokenizer: {source: union},
             parameters: {weight: 1}}\
            """).warnings())
                .containsExactly(
                        "y: 5 of its 7 embedding rows are cut, for they are of no token of the result's tokenizer: "
                                + "ids 2 to 6",
                        "y has no embedding row for 2 of the result's 4 tokens: ids 0, 3");
    }

    @Test
    void unionIsWrittenIntoTheTokenizerAndTheConfig() throws IOException {
        MergePlan plan = plan("""
            merge_method: linear
            models: [{model: base}, {model: x}]
            tokenizer: {source: union, pad_to_multiple_of: 4}
            chat_template: chatml
            parameters: {weight: 1}
            """);
        assertThat(Objects.requireNonNull(plan.files().written().get("config.json")))
                .contains("\"vocab_size\" : 8");
        ConfigJson tokenizer = json("tokenizer.json", plan);
        assertThat(tokenizer.root().path("added_tokens").get(1).toString())
                .isEqualTo("{\"id\":3,\"content\":\"c\",\"single_word\":false,\"lstrip\":false,\"rstrip\":false,"
                        + "\"normalized\":true,\"special\":false}");
        assertThat(tokenizer.root().path("added_tokens").get(2).toString())
                .isEqualTo("{\"id\":4,\"content\":\"<x>\",\"special\":true}");
        assertThat(json("tokenizer_config.json", plan)
                        .root()
                        .path("chat_template")
                        .asString())
                .contains("<|im_start|>");
        assertThat(plan.files().copied()).isEmpty();
    }

    private ConfigJson json(String name, MergePlan plan) throws IOException {
        Path file = folder.resolve(name);
        Files.writeString(file, Objects.requireNonNull(plan.files().written().get(name)));
        return ConfigJson.read(file);
    }

    @Test
    void singleTokensAndPadding() throws IOException {
        assertThat(merged("""
            merge_method: linear
            models: [{model: x}, {model: y}]
            tokenizer:
              source: x
              pad_to_multiple_of: 5
              tokens:
                b: {source: {kind: zero}}
                a: {source: {kind: model_token, model: y, token: c}, force: true}
                <x>: {source: {kind: model_token, model: y, token_id: 0}}
            parameters: {weight: 1}
            """)).isEqualTo("5.0 0.0, 21.0 -1.0, 16.5 -1.5, 16.5 -1.5, 14.75 -1.0");
    }

    @Test
    void anotherDirectorysTokenizer() throws IOException {
        MergePlan plan = plan("""
            {merge_method: passthrough, models: [{model: x}], tokenizer: {source: y}}\
            """);
        assertThat(plan.files().copied().get("tokenizer.json")).isEqualTo(folder.resolve("y/tokenizer.json"));
        assertThat(plan.files().copied().get("tokenizer_config.json"))
                .isEqualTo(folder.resolve("y/tokenizer_config.json"));
    }

    @Test
    void autoTakesTheTemplateOfMost() throws IOException {
        MergePlan plan = plan("""
            {merge_method: linear, models: [{model: y}, {model: x}, {model: base}], chat_template: auto,
             tokenizer_source: base, parameters: {weight: 1}}\
            """);
        assertThat(json("tokenizer_config.json", plan)
                        .root()
                        .path("chat_template")
                        .asString())
                .isEqualTo("{{ 0 }}");
    }

    @Test
    void withoutATokenizerTheFirstRowsAreMergedOrNone() throws IOException {
        assertThat(merged("{merge_method: linear, models: [{model: x}, {model: y}], parameters: {weight: 1}}"))
                .isEqualTo("15.0 0.0, 16.0 -1.0");
        assertThat(problem("""
            {merge_method: task_arithmetic, base_model: x, models: [{model: y, parameters: {weight: 1}}]}\
            """))
                .isEqualTo("model.embed_tokens.weight: the models have [2, 4] rows, the base 4; 'tokenizer: {source:"
                        + " base}' or 'union' brings their tokens together");
    }

    @Test
    void whatIsAskedOfTokensMustBeThere() throws IOException {
        assertThat(problem("""
            merge_method: linear
            models: [{model: x}, {model: y}]
            tokenizer:
              source: base
              tokens:
                a: {source: {kind: model_token, model: y, token: q}}
                b: {source: {kind: model_token, model: y, token_id: 2}}
                c: {source: base}
            parameters: {weight: 1}
            """)).isEqualTo("""
                tokenizer.tokens.b: y has 2 rows, found token_id 2
                tokenizer.tokens.a: y has no token 'q'
                tokenizer.tokens.c: base is no whole model of this merge
                warning: y has no embedding row for 2 of the result's 4 tokens: ids 0, 3\
                """);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "tokenizer.json | \"a\": 0 | \"a\": \"0\" | token 'a' must have an id from 0 to 9999999, found \"0\"",
                "tokenizer.json | \"a\": 0 | \"a\": 0.5 | token 'a' must have an id from 0 to 9999999, found 0.5",
                "tokenizer.json | \"a\": 0 | \"a\": 0, \"a\": 1 | the key \"a\" stands twice",
                "tokenizer.json | {\"a\": 0, \"b\": 1} | [[\"a\", 0], [1, 0]] | \"model.vocab[1][0]\" must be a text,"
                        + " found 1.",
                "tokenizer.json | \"content\": \"<s>\" | \"content\": 5 | \"added_tokens[].content\" must be a text,"
                        + " found 5.",
                "tokenizer.json | \"content\": \"<s>\", | `` | \"added_tokens[].content\" must be a text, found"
                        + " nothing.",
                "tokenizer_config.json | \"{{ 0 }}\" | 5 | \"chat_template\" must be a text, found 5.",
                "tokenizer_config.json | \"{{ 0 }}\" | [{\"name\": 1}] | \"chat_template[].name\" must be a text,"
                        + " found 1.",
                "tokenizer_config.json | \"{{ 0 }}\" | [{\"name\": \"default\"}] | \"chat_template[].template\" must"
                        + " be a text",
                "tokenizer_config.json | \"{{ 0 }}\" | \"a\", \"chat_template\": \"b\" | the key \"chat_template\""
                        + " stands twice",
            })
    void whatATokenizersFilesSayMustBeOfItsType(String name, String from, String to, String message)
            throws IOException {
        Path file = folder.resolve("base").resolve(name);
        String text = Files.readString(file);
        assertThat(text).contains(from);
        Files.writeString(file, text.replace(from, to));
        assertThat(problem("""
            {merge_method: linear, models: [{model: base}, {model: x}], tokenizer_source: union, chat_template: auto,
             parameters: {weight: 1}}\
            """)).startsWith(file.toString()).contains(message);
    }

    private String problem(String yaml) throws IOException {
        try (PlanSources sources = new PlanSources()) {
            MergePlan.of(Recipes.write(folder, yaml), sources);
            return "none";
        } catch (LotaException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
