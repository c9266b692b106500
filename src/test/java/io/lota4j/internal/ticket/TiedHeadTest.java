package io.lota4j.internal.ticket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.ModelFiles;
import io.lota4j.internal.checkpoint.SafetensorsWriter;
import io.lota4j.internal.checkpoint.StrictJson;
import io.lota4j.internal.checkpoint.TensorSource;
import io.lota4j.internal.checkpoint.TestModels;
import io.lota4j.mask.Pool;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.Tickets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.BooleanNode;

/// A head that is stored beside the embedding it is tied to, and tensors of types that no ticket changes.
class TiedHeadTest {
    private static final String TIED = "{\"a\": 1,\n \"tie_word_embeddings\" : true, \"b\": 2}";

    @TempDir
    private Path folder = Path.of("");

    @BeforeEach
    void writeBase() throws IOException {
        model("base", TIED, 1, 1);
    }

    @Test
    void aTicketForOneOfBothUntiesThemAndRevertingTiesThemAgain() throws IOException {
        for (int head : new int[] {1, 2}) {
            model("tuned" + head, TIED, 3 - head, head);
            Path out = applied("tuned" + head);
            assertThat(out.resolve("config.json")).content().contains("\"tie_word_embeddings\" : false");
            Tickets.revert(out, ticket("tuned" + head), folder.resolve("reverted" + head));
            for (String file : List.of("config.json", "model.safetensors")) {
                assertThat(folder.resolve("reverted" + head).resolve(file))
                        .hasSameBinaryContentAs(folder.resolve("base").resolve(file));
            }
        }
    }

    @Test
    void aTicketForBothAlikeLeavesThemTied() throws IOException {
        model("tuned", TIED, 2, 2);
        assertThat(applied("tuned").resolve("config.json")).content().isEqualTo(TIED);
    }

    /// Programs take a tied head for granted where nothing is said; others ask the text module.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{ }",
                "{\n  \"a\": \"{\\\"llm_config\\\": {\", \"x\": NaN\n}",
                "{\"tie_word_embeddings\": null}",
                "{\"a\": [{\"b\": {}}], \"text_config\": {\"tie_word_embeddings\": true}, \"vision_config\": {}}",
                "{\"tie_word_embeddings\": false, \"llm_config\": {\"a\": 1}}",
                "{\"language_config\": {}, \"tie_word_embeddings\": true}",
                "{\"language_model\": {\"tie_word_embeddings\": false}}",
                "{\"thinker_config\": {\"text_config\": {\"a\": {}}}}"
            })
    void whatSaysNothingOrIsNestedIsUntiedToo(String config) throws IOException {
        model("base", config, 1, 1);
        model("tuned", config, 1, 2);
        Path out = applied("tuned");
        byte[] made = Files.readAllBytes(out.resolve("config.json"));
        JsonNode after = StrictJson.pythons(made, "config.json");
        JsonNode before = StrictJson.pythons(config.getBytes(StandardCharsets.UTF_8), "config.json");
        requireUntied(before, after);
        assertThat(after.path("vision_config").size()).isZero();
        Tickets.revert(out, ticket("tuned"), folder.resolve("reverted"));
        assertThat(folder.resolve("reverted/config.json")).content().isEqualTo(config);
    }

    private static void requireUntied(JsonNode before, JsonNode after) {
        assertThat(after.path("tie_word_embeddings")).isEqualTo(BooleanNode.FALSE);
        before.properties().forEach(entry -> {
            if (ModelFiles.TEXT_MODULES.contains(entry.getKey())) {
                requireUntied(entry.getValue(), after.path(entry.getKey()));
            }
        });
    }

    @Test
    void aHeadThatIsTheEmbeddingLeavesTheConfigurationAsItIs() throws IOException {
        model("base", "{}", 1, 1);
        model("tuned", "{}", 2, 2);
        assertThat(applied("tuned").resolve("config.json")).content().isEqualTo("{}");
    }

    @Test
    void otherTypesPassByteForByte() throws IOException {
        model("tuned", TIED, 2, 2);
        try (Checkpoint base = Checkpoint.open(folder.resolve("base"));
                Checkpoint out = Checkpoint.open(applied("tuned"))) {
            for (DType type : DType.values()) {
                if (!type.isFloat()) {
                    assertThat(out.info("other." + type).dtype()).isEqualTo(type);
                    assertThat(out.bytes("other." + type).mismatch(base.bytes("other." + type)))
                            .isEqualTo(-1);
                }
            }
        }
    }

    @Test
    void quantizedModelsAreRefused() throws IOException {
        model("tuned", "{\"quantization_config\": {\"quant_method\": \"awq\"}}", 2, 2);
        assertThatThrownBy(() -> ticket("tuned"))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("holds quantized weights (awq)");
    }

    /// A base's header may have none, or any.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\"__metadata__\":{},",
                "\"__metadata__\" : { \"license\": \"mit\"},",
                "\"__metadata__\":null,",
                "\"__metadata__\":{\"format\":\"pt\"},"
            })
    void whatIsAppliedSaysItsFormatAndWhatIsRevertedIsTheBase(String metadata) throws IOException {
        Path base = folder.resolve("base/model.safetensors");
        String header = "{" + metadata + "\"w.weight\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}\n";
        TestModels.raw(base, header, 8);
        Path tuned = Files.createDirectories(folder.resolve("tuned"));
        Files.writeString(tuned.resolve("config.json"), "{}");
        SafetensorsWriter.write(
                tuned.resolve("model.safetensors"),
                Map.of(),
                List.of(TensorSource.ofFloats("w.weight", Shape.of(2), new float[] {0, 3})));
        Path out = applied("tuned");
        try (Checkpoint made = Checkpoint.open(out);
                Checkpoint expected = Checkpoint.open(tuned)) {
            assertThat(made.fingerprint()).isEqualTo(expected.fingerprint());
            Map<String, String> found = made.metadata(out.resolve("model.safetensors"));
            if (!metadata.contains("null")) {
                assertThat(found).containsEntry("format", "pt");
            }
            assertThat(found.containsKey("license")).isEqualTo(metadata.contains("license"));
        }
        Tickets.revert(out, ticket("tuned"), folder.resolve("reverted"));
        assertThat(folder.resolve("reverted/model.safetensors")).hasSameBinaryContentAs(base);
    }

    @Test
    void anotherTypeSaysItsFormatToo() throws IOException {
        List<TensorSource> weights = List.of(TensorSource.ofFloats("w.weight", Shape.of(2), new float[] {0, 0}));
        SafetensorsWriter.write(folder.resolve("base/model.safetensors"), Map.of(), weights);
        model("tuned", "{}", 1, 1);
        SafetensorsWriter.write(
                folder.resolve("tuned/model.safetensors"),
                Map.of(),
                List.of(TensorSource.ofFloats("w.weight", Shape.of(2), new float[] {0, 3})));
        Path out = folder.resolve("out");
        try (Checkpoint base = Checkpoint.open(folder.resolve("base"))) {
            Tickets.apply(base, ticket("tuned"), Optional.of(DType.BF16), out);
        }
        try (Checkpoint made = Checkpoint.open(out)) {
            assertThat(made.metadata(out.resolve("model.safetensors"))).containsEntry("format", "pt");
        }
        Tickets.revert(out, ticket("tuned"), folder.resolve("reverted"));
        assertThat(folder.resolve("reverted/model.safetensors"))
                .hasSameBinaryContentAs(folder.resolve("base/model.safetensors"));
    }

    private Path applied(String tuned) {
        Path out = folder.resolve("out-" + tuned);
        Ticket ticket = ticket(tuned);
        try (Checkpoint base = Checkpoint.open(folder.resolve("base"))) {
            Tickets.apply(base, ticket, out);
        }
        return out;
    }

    private Ticket ticket(String tuned) {
        try (Checkpoint base = Checkpoint.open(folder.resolve("base"));
                Checkpoint other = Checkpoint.open(folder.resolve(tuned))) {
            return Tickets.withBaseBits(base, Tickets.extract(base, other, OptionalDouble.empty(), Pool.all()));
        }
    }

    private void model(String name, String config, float embedding, float head) throws IOException {
        Path directory = Files.createDirectories(folder.resolve(name));
        Files.writeString(directory.resolve("config.json"), config);
        List<TensorSource> tensors = new ArrayList<>(List.of(
                TensorSource.ofFloats("model.embed_tokens.weight", Shape.of(2, 2), new float[] {embedding, 1, 1, 1}),
                TensorSource.ofFloats("lm_head.weight", Shape.of(2, 2), new float[] {head, 1, 1, 1})));
        for (DType type : DType.values()) {
            if (!type.isFloat()) {
                byte[] bytes = new byte[(int) type.bytes(8)];
                bytes[0] = 5;
                tensors.add(TensorSource.ofBytes("other." + type, type, Shape.of(8), bytes));
            }
        }
        SafetensorsWriter.write(directory.resolve("model.safetensors"), Map.of("format", "pt"), tensors);
    }
}
