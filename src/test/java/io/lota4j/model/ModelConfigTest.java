package io.lota4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelConfigTest {
    private static final String GOOD = "\"hidden_size\": 32, \"intermediate_size\": 64, \"num_hidden_layers\": 2,"
            + " \"num_attention_heads\": 4, \"vocab_size\": 128";

    @TempDir
    private Path folder = Path.of("");

    @Test
    void whatIsLeftOutHasTheDefaultsOfTheFamily() throws IOException {
        ModelConfig config = ModelConfig.read(file("{" + GOOD + "}"));
        assertThat(config)
                .isEqualTo(new ModelConfig(
                        32, 2, 4, 4, 8, 64, 128, 2048, 1e-6, false, false, false, Rope.of(10000, null, 8)));
    }

    @Test
    void bothSpellingsOfTheRotaryEmbeddingMeanTheSame() throws IOException {
        String scaling = "\"rope_type\": \"llama3\", \"factor\": 4, \"low_freq_factor\": 1, \"high_freq_factor\": 4,"
                + " \"original_max_position_embeddings\": 32";
        Rope old = ModelConfig.read(
                        file(Text.format("{%s, \"rope_theta\": 500.0, \"rope_scaling\": {%s}}", GOOD, scaling)))
                .rope();
        Rope now = ModelConfig.read(
                        file(Text.format("{%s, \"rope_parameters\": {\"rope_theta\": 500.0, %s}}", GOOD, scaling)))
                .rope();
        Rope plain = ModelConfig.read(file(Text.format("{%s, \"rope_theta\": 500.0, \"rope_scaling\": null}", GOOD)))
                .rope();
        assertThat(now).isEqualTo(old).isNotEqualTo(plain);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "{ | expected a JSON model configuration: ",
                "[] | \"hidden_size\" must be a whole number over 0, found nothing.",
                "{$, \"vocab_size\": 0} | \"vocab_size\" must be a whole number over 0, found 0.",
                "{$, \"num_hidden_layers\": \"2\"} | \"num_hidden_layers\" must be a whole number over 0, found \"2\".",
                "{$, \"num_key_value_heads\": 3} | num_attention_heads (4) is not a multiple of num_key_value_heads"
                        + " (3).",
                "{$, \"model_type\": \"mistral\"} | \"model_type\" is \"mistral\"; supported: \"llama\".",
                "{$, \"hidden_act\": \"gelu\"} | \"hidden_act\" is \"gelu\"; supported: \"silu\".",
                "{$, \"rope_scaling\": {\"type\": \"yarn\"}} | rope type \"yarn\" is not supported; supported: default,"
                        + " llama3.",
                "{$, \"rope_scaling\": {\"rope_type\": \"llama3\", \"factor\": 4}} | the llama3 rope needs the number"
                        + " \"low_freq_factor\".",
            })
    void whatIsNotSupportedIsNamed(String json, String message) throws IOException {
        Path file = file(json.replace("$", GOOD));
        assertThatThrownBy(() -> ModelConfig.read(file))
                .isInstanceOf(LotaException.class)
                .hasMessageStartingWith(file + ": " + message);
    }

    private Path file(String json) throws IOException {
        return Files.writeString(folder.resolve("config.json"), json);
    }
}
