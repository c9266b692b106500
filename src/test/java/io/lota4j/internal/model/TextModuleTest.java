package io.lota4j.internal.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.Golden;
import io.lota4j.Lota;
import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.SafetensorsWriter;
import io.lota4j.internal.checkpoint.TensorSource;
import io.lota4j.mask.Mask;
import io.lota4j.mask.Pool;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The golden Gemma 3 as the text model of a multimodal one.
class TextModuleTest {
    private static final Path TEXT = Golden.path("models/gemma3");
    private static final String EYE = "vision_tower.encoder.layers.0.self_attn.q_proj.weight";

    @TempDir
    private Path folder = Path.of("");

    private void write(String prefix, String eye) throws IOException {
        Files.writeString(
                folder.resolve(Checkpoint.CONFIG),
                "{\"model_type\": \"gemma3\", \"tie_word_embeddings\": true, \"vision_config\": {}, \"text_config\": "
                        + Files.readString(TEXT.resolve(Checkpoint.CONFIG))
                        + "}");
        try (Checkpoint text = Checkpoint.open(TEXT)) {
            List<TensorSource> tensors = Stream.concat(
                            text.tensors().values().stream()
                                    .map(info -> TensorSource.ofSegment(
                                            info.name().replaceFirst("^model\\.", prefix),
                                            info.dtype(),
                                            info.shape(),
                                            text.bytes(info.name()))),
                            Stream.of(TensorSource.ofSegment(
                                    eye, DType.F32, Shape.of(2, 2), MemorySegment.ofArray(new float[4]))))
                    .toList();
            SafetensorsWriter.write(folder.resolve(Checkpoint.SINGLE), Map.of(), tensors);
        }
    }

    @ParameterizedTest
    @CsvSource({"model.language_model., model.", "language_model.model., ''"})
    void theTextModelIsComputedAndTheRestLeftAlone(String prefix, String before) throws IOException {
        write(prefix, before + EYE);
        PackedBatch batch = PackedBatch.of(
                List.of(new PackedBatch.Sequence(new int[] {1, 9, 33, 127, 5, 8, 8, 2}, new boolean[8])));
        try (Decoder alone = Decoder.open(TEXT);
                Checkpoint checkpoint = Checkpoint.open(folder);
                Decoder among = Decoder.open(checkpoint)) {
            assertThat(among.logits(batch)).isEqualTo(alone.logits(batch));
            assertThat(among.weights().shapes()).hasSameSizeAs(alone.weights().shapes());
            assertThat(among.weights().isInLayer(prefix + "layers.0.mlp.up_proj.weight"))
                    .isTrue();
            assertThat(among.weights().isInLayer(before + EYE)).isFalse();
            Mask mask = Mask.full(checkpoint, Pool.standard());
            assertThat(mask.tensors())
                    .hasSize(28)
                    .allSatisfy((name, tensor) -> assertThat(name).startsWith(prefix + "layers."));
        }
        try (Lota lota = Lota.open(folder)) {
            assertThat(lota.untouched())
                    .singleElement()
                    .asString()
                    .startsWith("1 of 55 tensors belong to other modules than the text model, such as " + before + EYE);
        }
    }

    @Test
    void aTensorOfTheTextModelThatNobodyUsesIsRefused() throws IOException {
        write("model.language_model.", "model.language_model.layers.0.self_attn.sinks");
        refused("has 1 tensor that no part of the decoder uses");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"model_type\": \"gemma3\"} | \"text_config\" must be an object, found nothing.",
                "{\"model_type\": \"gemma3\", \"text_config\": {\"model_type\": \"bert\"}} |"
                        + " \"text_config.model_type\" is \"bert\"; supported in a \"gemma3\": [\"gemma3_text\"].",
                "{\"model_type\": \"gemma3\", \"text_config\": {\"hidden_size\": 0}} |"
                        + " \"text_config.hidden_size\" must be a whole number over 0, found 0.",
                "{\"model_type\": \"gemma3\", \"tie_word_embeddings\": false, \"text_config\":"
                        + " {\"tie_word_embeddings\": true}} | \"tie_word_embeddings\" is false, but"
                        + " \"text_config.tie_word_embeddings\" is true: they must agree."
            })
    void configurationsThatSayTooLittleOrDisagreeAreRefused(String config, String message) throws IOException {
        Files.writeString(folder.resolve(Checkpoint.CONFIG), config);
        assertThatThrownBy(() -> ModelConfig.read(folder.resolve(Checkpoint.CONFIG)))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining(message);
    }

    @Test
    void nothingIsDrawnForOtherModules() throws IOException {
        write("model.language_model.", "model." + EYE);
        assertThatThrownBy(() -> RandomModel.of(folder, 0))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("the model has other modules than its text model");
    }

    private void refused(String message) {
        assertThatThrownBy(() -> Decoder.open(folder))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining(message);
    }
}
