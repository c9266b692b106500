package io.lota4j.internal.merge.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.Golden;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.StrictJson;
import io.lota4j.internal.checkpoint.TensorInfo;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// Recipes carried out from end to end, against what mergekit made of them: tokens of several models, slices with
/// gradients, filters and bases of their own, modules, LoRA, and what is stored as BF16 or F16.
class ModelMergeGoldenTest {
    @TempDir
    private Path folder = Path.of("");

    /// 0 is bit for bit. The others have rows that are the mean of a column (`union-tokens`), or a LoRA, whose
    /// products of six numbers PyTorch adds in another order.
    @ParameterizedTest
    @CsvSource({
        "union,        0",
        "union-ties,   0",
        "union-tokens, 1e-8",
        "union-tied,   0",
        "base-tokens,  0",
        "other-tokens, 0",
        "slices,       0",
        "slices-bases, 0",
        "stacked,      6e-8",
        "modules,      1.2e-7",
    })
    void equalsMergekit(String name, float tolerance) throws IOException {
        Path expected = Golden.path("merge-recipes/" + name);
        Path found = folder.resolve("out");
        Experts.merge(expected.resolve("recipe.yaml"), found, 2);
        Map<Integer, Integer> rows = rows(expected.resolve("tokens.json"), found);
        try (Checkpoint mergekit = Checkpoint.open(expected);
                Checkpoint lota = Checkpoint.open(found)) {
            assertThat(lota.tensors().keySet()).isEqualTo(mergekit.tensors().keySet());
            for (TensorInfo tensor : mergekit.tensors().values()) {
                assertThat(lota.info(tensor.name()).dtype()).isEqualTo(tensor.dtype());
                assertThat(lota.info(tensor.name()).shape()).isEqualTo(tensor.shape());
                boolean embedding =
                        tensor.name().contains("embed") || tensor.name().startsWith("lm_head");
                compare(
                        tensor,
                        floats(lota, tensor.name()),
                        floats(mergekit, tensor.name()),
                        embedding ? rows : Map.of(),
                        tolerance);
            }
            config(expected, found, lota.tensors().containsKey("lm_head.weight"));
        }
    }

    private static float[] floats(Checkpoint checkpoint, String name) {
        float[] values = new float[(int) checkpoint.info(name).shape().numel()];
        checkpoint.read(name, MemorySegment.ofArray(values));
        return values;
    }

    /// Where mergekit's rows of an embedding are here: it gives new tokens their ids in the order of a hash table.
    private static Map<Integer, Integer> rows(Path tokens, Path found) throws IOException {
        Map<Integer, Integer> rows = new TreeMap<>();
        if (Files.exists(tokens)) {
            Map<String, Integer> here = ids(found.resolve("tokenizer.json"));
            JsonNode there = json(tokens);
            assertThat(here).containsOnlyKeys(there.propertyNames());
            there.properties().forEach(token -> rows.put(token.getValue().intValue(), here.get(token.getKey())));
        }
        return rows;
    }

    private static Map<String, Integer> ids(Path tokenizer) throws IOException {
        Map<String, Integer> ids = new TreeMap<>();
        JsonNode json = json(tokenizer);
        json.path("model")
                .path("vocab")
                .properties()
                .forEach(token -> ids.put(token.getKey(), token.getValue().intValue()));
        json.path("added_tokens")
                .forEach(token -> ids.put(
                        token.path("content").stringValue(), token.path("id").intValue()));
        return ids;
    }

    private static void compare(
            TensorInfo tensor, float[] found, float[] expected, Map<Integer, Integer> rows, float tolerance) {
        int columns = expected.length / (int) tensor.shape().dim(0);
        for (int i = 0; i < expected.length; i++) {
            int row = i / columns;
            assertThat(found[rows.getOrDefault(row, row) * columns + i % columns])
                    .as("%s[%d]", tensor.name(), i)
                    .isCloseTo(expected[i], within(tolerance));
        }
    }

    /// mergekit keeps a tied base tied though it has written a head.
    private static void config(Path expected, Path found, boolean head) throws IOException {
        JsonNode mergekit = json(expected.resolve("config.json"));
        JsonNode lota = json(found.resolve("config.json"));
        assertThat(lota.path("num_hidden_layers")).isEqualTo(mergekit.path("num_hidden_layers"));
        assertThat(lota.path("vocab_size")).isEqualTo(mergekit.path("vocab_size"));
        assertThat(lota.path("tie_word_embeddings").booleanValue()).isEqualTo(!head);
    }

    private static JsonNode json(Path file) throws IOException {
        return StrictJson.object(Files.readAllBytes(file), file.toString());
    }
}
