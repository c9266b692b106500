package io.lota4j.internal.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.model.layer.Rope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
        ModelConfig whole = ModelConfig.read(file("{" + GOOD
                + ", \"model_type\": \"llama\", \"num_key_value_heads\": 4, \"head_dim\": 8, \"hidden_act\": \"silu\","
                + " \"max_position_embeddings\": 2048, \"rms_norm_eps\": 1e-6, \"tie_word_embeddings\": false,"
                + " \"attention_bias\": false, \"mlp_bias\": false, \"rope_theta\": 10000.0}"));
        assertThat(config).isEqualTo(whole);
        assertThat(config.layers()).isEqualTo(2);
        assertThat(config.maxPositions()).isEqualTo(2048);
        assertThat(config.blocks().tied()).isFalse();
        assertThat(rope(config)).isEqualTo(Rope.of(10000, null, 8));
    }

    private static Rope rope(ModelConfig config) {
        return Objects.requireNonNull(config.blocks().layers().getFirst().rope());
    }

    /// Python takes it for false, or for what is not there.
    @Test
    void nullIsTheDefaultWhereItIsInTransformers() throws IOException {
        assertThat(ModelConfig.read(file("{" + GOOD + ", \"head_dim\": null, \"num_key_value_heads\": null,"
                        + " \"rope_scaling\": null, \"rope_parameters\": null, \"rope_theta\": null,"
                        + " \"tie_word_embeddings\": null, \"attention_bias\": null, \"mlp_bias\": null}")))
                .isEqualTo(ModelConfig.read(file("{" + GOOD + "}")));
    }

    /// Published configurations of Gemma 3 leave out most of what the family's class has anyhow.
    @Test
    void aGemmaIsWholeWithoutWhatItsClassHas() throws IOException {
        ModelConfig config = ModelConfig.read(file("{\"model_type\": \"gemma3_text\", \"hidden_size\": 2560,"
                + " \"intermediate_size\": 10240, \"num_hidden_layers\": 34, \"sliding_window\": 1024,"
                + " \"rope_scaling\": {\"factor\": 8.0, \"rope_type\": \"linear\"}}"));
        assertThat(config.vocabSize()).isEqualTo(262208);
        assertThat(config.blocks().tied()).isTrue();
        assertThat(config.blocks().layers().getLast().attention())
                .extracting(attend -> attend.heads(), attend -> attend.kvHeads(), attend -> attend.head())
                .containsExactly(8, 4, 256);
        assertThat(config.blocks().layers().stream()
                        .filter(layer -> layer.attention().window() == 1024))
                .hasSize(29);
        assertThat(ModelConfig.read(file("{\"model_type\": \"gpt2\"}")).blocks().layers())
                .hasSize(12);
    }

    /// As hubs have it: the sections of the rotary embedding are for pictures, and every fourth layer has attention.
    @Test
    void aQwen35IsWholeWithoutWhatItsClassHas() throws IOException {
        String text = "\"model_type\": \"qwen3_5_text\", \"hidden_size\": 1024, \"intermediate_size\": 3584,"
                + " \"num_hidden_layers\": 8, \"num_attention_heads\": 8, \"num_key_value_heads\": 2,"
                + " \"linear_num_value_heads\": 16, \"rope_parameters\": {\"mrope_interleaved\": true,"
                + " \"mrope_section\": [11, 11, 10], \"rope_type\": \"default\", \"rope_theta\": 10000000,"
                + " \"partial_rotary_factor\": 0.25}";
        ModelConfig config = ModelConfig.read(file("{" + text + "}"));
        assertThat(config.vocabSize()).isEqualTo(248320);
        assertThat(config.blocks().layers().stream()
                        .map(layer -> layer.deltaRule().isPresent()))
                .containsExactly(true, true, true, false, true, true, true, false);
        assertThat(config.blocks().layers().getLast().rope()).isEqualTo(Rope.of(10000000, null, 64));
        assertThat(config.blocks().layers().getFirst().deltaRule().orElseThrow())
                .extracting(delta -> delta.keyHeads(), delta -> delta.keyHead(), delta -> delta.heads())
                .containsExactly(16, 128, 16);
        ModelConfig among = ModelConfig.read(file(
                "{\"model_type\": \"qwen3_5\", \"tie_word_embeddings\": true," + " \"text_config\": {" + text + "}}"));
        assertThat(among.blocks().layers()).isEqualTo(config.blocks().layers());
        assertThat(among.blocks().tied()).isTrue();
    }

    /// What is stored for other programs, or means nothing to a Llama.
    @Test
    void otherKeysMeanNothing() throws IOException {
        assertThat(ModelConfig.read(file("{" + GOOD + ", \"rope_interleaved\": false, \"sliding_window\": 4096,"
                        + " \"partial_rotary_factor\": 1.0, \"pretraining_tp\": 2, \"odd\": Infinity}")))
                .isEqualTo(ModelConfig.read(file("{" + GOOD + "}")));
    }

    @Test
    void bothSpellingsOfTheRotaryEmbeddingMeanTheSame() throws IOException {
        String scaling = "\"rope_type\": \"llama3\", \"factor\": 4, \"low_freq_factor\": 1, \"high_freq_factor\": 4,"
                + " \"original_max_position_embeddings\": 32";
        Rope old = rope(ModelConfig.read(
                file(Text.format("{%s, \"rope_theta\": 500.0, \"rope_scaling\": {%s}}", GOOD, scaling))));
        Rope now = rope(ModelConfig.read(
                file(Text.format("{%s, \"rope_parameters\": {\"rope_theta\": 500.0, %s}}", GOOD, scaling))));
        Rope plain =
                rope(ModelConfig.read(file(Text.format("{%s, \"rope_theta\": 500.0, \"rope_scaling\": null}", GOOD))));
        assertThat(now).isEqualTo(old).isNotEqualTo(plain);
    }

    /// An OLMo 3 stretches the rotary embedding in the layers that see everything only.
    @Test
    void bothSpellingsOfOlmo3MeanTheSame() throws IOException {
        String yarn = "\"rope_type\": \"yarn\", \"factor\": 8.0, \"original_max_position_embeddings\": 8192";
        String olmo3 = "{" + GOOD.replace("layers\": 2", "layers\": 4") + ", \"model_type\": \"olmo3\", ";
        ModelConfig old = ModelConfig.read(file(olmo3 + "\"rope_theta\": 500.0, \"rope_scaling\": {" + yarn + "}}"));
        ModelConfig now =
                ModelConfig.read(file(olmo3 + "\"rope_parameters\": {\"full_attention\": {\"rope_theta\": 500.0, "
                        + yarn + "}, \"sliding_attention\": {\"rope_theta\": 500.0, \"rope_type\": \"default\"}}}"));
        assertThat(now).isEqualTo(old);
        assertThat(rope(now)).isEqualTo(Rope.of(500, null, 8));
        assertThat(now.blocks().layers().getLast().rope()).isNotNull().isNotEqualTo(rope(now));
        assertThat(now.blocks().layers().stream().map(layer -> layer.attention().window()))
                .containsExactly(4096, 4096, 4096, 0);
    }

    /// An EXAONE 4 rotates in all layers where none sees a window, else in those that do only.
    @Test
    void exaone4RotatesWhereItSlides() throws IOException {
        String exaone4 = "{" + GOOD.replace("layers\": 2", "layers\": 4")
                + ", \"model_type\": \"exaone4\", \"num_key_value_heads\": 4";
        ModelConfig some = ModelConfig.read(file(exaone4 + "}"));
        assertThat(some.blocks().layers().stream().map(layer -> layer.rope() != null))
                .containsExactly(true, true, true, false);
        assertThat(some.blocks().layers().stream()
                        .map(layer -> layer.attention().window()))
                .containsExactly(4096, 4096, 4096, 0);
        ModelConfig none =
                ModelConfig.read(file(exaone4 + ", \"sliding_window\": null, \"sliding_window_pattern\": null}"));
        assertThat(none.blocks().layers())
                .allMatch(layer -> layer.rope() != null && layer.attention().window() == 0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "{ | not valid JSON: the text ends in the middle of a value",
                "[] | must be a JSON object, but is array.",
                "{\"hidden_size\": null} | \"hidden_size\" must be a whole number over 0, found null.",
                "{\"vocab_size\": 128, \"vocab_size\": 64} | not valid JSON: the key \"vocab_size\" stands twice (line"
                        + " 1, column",
                "{$, \"rope_scaling\": {\"factor\": 2, \"factor\": 2}} | not valid JSON: the key \"factor\" stands"
                        + " twice",
                "{$, \"unknown\": 1, \"unknown\": 1} | not valid JSON: the key \"unknown\" stands twice",
                "{$, \"vocab_size\": 0} | \"vocab_size\" must be a whole number over 0, found 0.",
                "{$, \"num_hidden_layers\": \"2\"} | \"num_hidden_layers\" must be a whole number over 0, found \"2\".",
                "{$, \"num_key_value_heads\": 3} | num_attention_heads (4) is not a multiple of num_key_value_heads"
                        + " (3).",
                "{$, \"model_type\": \"bert\"} | \"model_type\" is \"bert\"; supported: \"",
                "{$, \"model_type\": \"olmo2\", \"hidden_act\": \"gelu\"} | \"hidden_act\" is \"gelu\"; supported:",
                "{$, \"model_type\": \"olmo3\", \"rope_parameters\": {\"rope_type\": \"default\"}} |"
                        + " \"rope_parameters\" must hold \"full_attention\" and \"sliding_attention\",",
                "{$, \"model_type\": \"olmo3\", \"layer_types\": [\"full_attention\"]} | \"layer_types\" has 1"
                        + " entries, but \"num_hidden_layers\" is 2.",
                "{$, \"model_type\": \"exaone4\", \"num_key_value_heads\": 4, \"sliding_window_pattern\": \"LG\"} |"
                        + " \"sliding_window_pattern\" must be a whole number over 0, found \"LG\".",
                "{$, \"model_type\": \"phi3\", \"partial_rotary_factor\": 0.4} | \"partial_rotary_factor\" (0.4) of"
                        + " the 8 features of a head are 3: they must be an even number",
                "{$, \"model_type\": \"phi3\", \"partial_rotary_factor\": 1.5} | \"partial_rotary_factor\" must be a"
                        + " number over 0, up to 1, found 1.5.",
                "{$, \"model_type\": \"phi3\", \"rope_scaling\": {\"type\": \"longrope\"}} | \"short_factor\" must be a"
                        + " list of 4 numbers over 0, one for each pair that is turned, found nothing.",
                "{$, \"model_type\": \"phi3\", \"rope_scaling\": {\"type\": \"su\", \"short_factor\": [1, 1, 1]}} |"
                        + " \"rope_scaling.short_factor\" must be a list of 4 numbers over 0, one for each pair that is"
                        + " turned, found [1,1,1].",
                "{$, \"model_type\": \"phi3\", \"rope_scaling\": {\"type\": \"linear\"}} | rope type \"linear\" is not"
                        + " supported here; supported: default, longrope.",
                "{$, \"model_type\": \"qwen3_5_text\", \"layer_types\": [\"linear_attention\", \"conv\"]} |"
                        + " \"layer_types\" has \"conv\"; supported: \"full_attention\", \"linear_attention\".",
                "{$, \"model_type\": \"qwen3_5_text\", \"attn_output_gate\": false} | \"attn_output_gate\" is false;"
                        + " supported: true.",
                "{$, \"model_type\": \"qwen3_5_text\", \"linear_num_key_heads\": 5} | \"linear_num_value_heads\" (32)"
                        + " is not a multiple of \"linear_num_key_heads\" (5).",
                "{$, \"model_type\": \"qwen3_5_moe\"} | \"model_type\" is \"qwen3_5_moe\"; supported: \"",
                "{$, \"model_type\": \"gemma4\"} | \"model_type\" is \"gemma4\"; supported: \"",
                "{$, \"model_type\": \"gemma4_text\"} | A Gemma 4 needs what no layer here has: an embedding of its"
                        + " tokens for each layer, keys and values that layers take from an earlier one,",
                "{$, \"model_type\": \"qwen3_moe\", \"num_experts\": 4, \"num_local_experts\": 8} |"
                    + " \"num_local_experts\" is 8, but \"num_experts\", another name of it, is 4: they must agree.",
                "{$, \"model_type\": \"gpt_oss\", \"num_key_value_heads\": 4, \"num_local_experts\": 2} |"
                        + " \"num_experts_per_tok\" is 4, but there are 2 experts.",
                "{$, \"model_type\": \"qwen2\", \"num_key_value_heads\": 4, \"layer_types\": [\"sliding_attention\","
                    + " \"full_attention\"]} | \"layer_types\" has \"sliding_attention\", but \"sliding_window\" gives"
                    + " those layers no window.",
                "{$, \"model_type\": \"qwen3\", \"num_key_value_heads\": 4, \"use_sliding_window\": true,"
                        + " \"sliding_window\": null, \"layer_types\": [\"sliding_attention\", \"full_attention\"]} |"
                        + " \"layer_types\" has \"sliding_attention\", but \"sliding_window\" gives those",
                "{$, \"model_type\": \"mistral\", \"num_key_value_heads\": 4, \"sliding_window\": null,"
                        + " \"layer_types\": [\"sliding_attention\", \"sliding_attention\"]} | \"layer_types\" has"
                        + " \"sliding_attention\", but \"sliding_window\" gives those layers no window.",
                "{$, \"model_type\": \"mistral\", \"num_key_value_heads\": 4, \"sliding_window\": 8,"
                        + " \"layer_types\": [\"sliding_attention\", \"full_attention\"]} | \"layer_types\" has"
                        + " \"full_attention\", but \"sliding_window\" is 8, which is for all layers here.",
                "{$, \"model_type\": \"olmo3\", \"sliding_window\": null} | \"layer_types\" has \"sliding_attention\","
                        + " but \"sliding_window\" gives those layers no window.",
                "{$, \"model_type\": \"exaone4\", \"num_key_value_heads\": 4, \"sliding_window\": null,"
                        + " \"layer_types\": [\"sliding_attention\", \"full_attention\"]} | \"layer_types\" has"
                        + " \"sliding_attention\", but \"sliding_window\" gives those layers no window.",
                "{$, \"rope_parameters\": {\"full_attention\": {\"rope_theta\": 1e4}}} |"
                        + " \"rope_parameters.full_attention\" is an object, as for models whose types of layers differ"
                        + " in their rotary embedding; expected one for all layers",
                "{$, \"model_type\": \"qwen3\", \"num_key_value_heads\": 4, \"rope_parameters\":"
                        + " {\"sliding_attention\": {}}} | \"rope_parameters.sliding_attention\" is an object",
                "{$, \"model_type\": \"qwen3_moe\", \"num_experts\": 4} | \"num_experts_per_tok\" is 8, but there are 4"
                        + " experts.",
                "{$, \"model_type\": \"qwen3_moe\", \"num_key_value_heads\": 4, \"use_sliding_window\": true} |"
                        + " \"use_sliding_window\" is true; supported: false.",
                "{$, \"model_type\": \"lfm2\", \"num_key_value_heads\": 4, \"layer_types\": [\"conv\", \"mamba\"]} |"
                        + " \"layer_types\" has \"mamba\"; supported: \"conv\", \"full_attention\".",
                "{$, \"model_type\": \"lfm2\", \"num_key_value_heads\": 4, \"layer_types\": [\"conv\"]} |"
                        + " \"layer_types\" has 1 entries, but \"num_hidden_layers\" is 2.",
                "{\"model_type\": \"gpt2\", \"n_embd\": 30} | \"n_embd\" (30) is not a multiple of \"n_head\" (12).",
                "{\"model_type\": \"gpt2\", \"activation_function\": \"relu\"} | \"activation_function\" is \"relu\";"
                        + " supported: \"gelu\", \"gelu_fast\", \"gelu_new\", \"gelu_pytorch_tanh\", \"silu\".",
                "{\"model_type\": \"gpt2\", \"scale_attn_by_inverse_layer_idx\": true} |"
                        + " \"scale_attn_by_inverse_layer_idx\" is true; supported: false.",
                "{\"model_type\": \"gpt2\", \"add_cross_attention\": true} | \"add_cross_attention\" is true;",
                "{\"model_type\": \"gpt_neox\", \"hidden_size\": 100} | \"hidden_size\" (100) is not a multiple of"
                        + " \"num_attention_heads\" (64).",
                "{$, \"model_type\": \"gpt_neox\", \"rotary_pct\": 0.1} | \"partial_rotary_factor\" (0.1) of the 8"
                        + " features of a head are 0: they must be an even number",
                "{$, \"model_type\": \"ministral3\", \"num_key_value_heads\": 4, \"rope_parameters\": {\"rope_type\":"
                        + " \"default\"}} | \"rope_parameters\" must have \"llama_4_scaling_beta\", found nothing.",
                "{$, \"hidden_act\": \"gelu\"} | \"hidden_act\" is \"gelu\"; supported: \"silu\".",
                "{$, \"rope_scaling\": {\"type\": \"dynamic\"}} | rope type \"dynamic\" is not supported; supported:"
                    + " default, linear, llama3, yarn. Applying, merging and extracting tickets works all the same.",
                "{$, \"rms_norm_eps\": \"x\"} | \"rms_norm_eps\" must be a number over 0, found \"x\".",
                "{$, \"rms_norm_eps\": -1e-6} | \"rms_norm_eps\" must be a number over 0, found -0.000001.",
                "{$, \"rms_norm_eps\": 0} | \"rms_norm_eps\" must be a number over 0, found 0.",
                "{$, \"rms_norm_eps\": 1e-50} | \"rms_norm_eps\" must be a number over 0, found 1E-50.",
                "{$, \"rms_norm_eps\": NaN} | \"rms_norm_eps\" must be a number over 0, found \"NaN\".",
                "{$, \"rms_norm_eps\": 1e999} | \"rms_norm_eps\" must be a number over 0, found ",
                "{$, \"rms_norm_eps\": null} | \"rms_norm_eps\" must be a number over 0, found null.",
                "{$, \"rms_norm_eps\": true} | \"rms_norm_eps\" must be a number over 0, found true.",
                "{$, \"rms_norm_eps\": [1]} | \"rms_norm_eps\" must be a number over 0, found [1].",
                "{$, \"tie_word_embeddings\": \"true\"} | \"tie_word_embeddings\" must be true or false, found"
                        + " \"true\".",
                "{$, \"attention_bias\": 1} | \"attention_bias\" must be true or false, found 1.",
                "{$, \"mlp_bias\": \"\"} | \"mlp_bias\" must be true or false, found \"\".",
                "{$, \"num_hidden_layers\": 2.5} | \"num_hidden_layers\" must be a whole number over 0, found 2.5.",
                "{$, \"num_hidden_layers\": 2.0} | \"num_hidden_layers\" must be a whole number over 0, found 2.0.",
                "{$, \"num_hidden_layers\": null} | \"num_hidden_layers\" must be a whole number over 0, found null.",
                "{$, \"vocab_size\": 99999999999} | \"vocab_size\" must be a whole number over 0, found 99999999999.",
                "{$, \"vocab_size\": 99999999999999999999999} | \"vocab_size\" must be a whole number over 0, found"
                        + " 9999",
                "{$, \"vocab_size\": -128} | \"vocab_size\" must be a whole number over 0, found -128.",
                "{$, \"max_position_embeddings\": \"64\"} | \"max_position_embeddings\" must be a whole number over 0,"
                        + " found \"64\".",
                "{$, \"max_position_embeddings\": null} | \"max_position_embeddings\" must be a whole number over 0,"
                        + " found null.",
                "{$, \"num_key_value_heads\": 0} | \"num_key_value_heads\" must be a whole number over 0, found 0.",
                "{$, \"num_key_value_heads\": 8} | num_attention_heads (4) is not a multiple of num_key_value_heads"
                        + " (8).",
                "{$, \"head_dim\": 0} | \"head_dim\" must be a whole number over 0, found 0.",
                "{$, \"head_dim\": -8} | \"head_dim\" must be a whole number over 0, found -8.",
                "{$, \"head_dim\": 7} | \"head_dim\" must be even, found 7: the rotary embedding turns pairs.",
                "{$, \"hidden_size\": 36} | \"hidden_size\" / \"num_attention_heads\" must be even, found 9: the",
                "{$, \"hidden_size\": 33} | \"hidden_size\" (33) is not a multiple of \"num_attention_heads\" (4), and",
                "{$, \"model_type\": 3} | \"model_type\" must be a text, found 3.",
                "{$, \"model_type\": null} | \"model_type\" must be a text, found null.",
                "{$, \"hidden_act\": [\"silu\"]} | \"hidden_act\" must be a text, found [\"silu\"].",
                "{$, \"rope_theta\": 0} | \"rope_theta\" must be a number over 0, found 0.",
                "{$, \"rope_theta\": \"1e4\"} | \"rope_theta\" must be a number over 0, found \"1e4\".",
                "{$, \"rope_parameters\": {\"rope_theta\": -1}} | \"rope_parameters.rope_theta\" must be a number over"
                        + " 0, found -1.",
                "{$, \"rope_theta\": 1e4, \"rope_parameters\": {\"rope_theta\": 5e5}} | \"rope_parameters.rope_theta\""
                        + " is 500000.0, but \"rope_theta\" is 10000.0: they must agree.",
                "{$, \"rope_scaling\": {\"rope_type\": \"llama3\"}, \"rope_parameters\": {\"rope_type\": \"default\"}}"
                        + " | \"rope_parameters.rope_type\" is default, but \"rope_scaling.rope_type\" is llama3: they",
                "{$, \"rope_scaling\": {\"rope_type\": \"llama3\", \"type\": \"linear\"}} | \"rope_scaling.rope_type\""
                        + " is \"llama3\", but \"rope_scaling.type\" is \"linear\": they must agree.",
                "{$, \"rope_scaling\": {\"factor\": 2}} | \"rope_scaling\" has no \"rope_type\"; supported: default,",
                "{$, \"rope_scaling\": \"llama3\"} | \"rope_scaling\" must be an object or null, found \"llama3\".",
                "{$, \"rope_scaling\": {\"rope_type\": 3}} | \"rope_scaling.rope_type\" must be a text, found 3.",
                "{$, \"rope_parameters\": []} | \"rope_parameters\" must be an object or null, found [].",
                "{$, \"partial_rotary_factor\": 0.5} | \"partial_rotary_factor\" must be 1: a part of a head is not"
                        + " rotated, found 0.5.",
                "{$, \"rope_scaling\": {\"rope_type\": \"llama3\", \"factor\": \"4\"}} | \"rope_scaling.factor\" must"
                        + " be a number of at least 1, found \"4\".",
                "{$, \"rope_scaling\": {\"rope_type\": \"llama3\", \"factor\": 4, \"low_freq_factor\": 4,"
                        + " \"high_freq_factor\": 4}} | \"rope_scaling.high_freq_factor\" must be a number over"
                        + " \"low_freq_factor\", 4.0, found 4.",
                "{$, \"rope_scaling\": {\"rope_type\": \"llama3\", \"factor\": 4}} | the llama3 rope needs the number"
                        + " \"low_freq_factor\".",
                "{$, \"model_type\": \"granite\", \"logits_scaling\": 0} | \"logits_scaling\" must be a number over 0,"
                        + " found 0.",
                "{$, \"model_type\": \"granite\", \"residual_multiplier\": null} | \"residual_multiplier\" must be a"
                        + " number over 0, found null.",
                "{$, \"model_type\": \"smollm3\", \"no_rope_layers\": [1]} | \"no_rope_layers\" has 1 entries, but"
                        + " \"num_hidden_layers\" is 2.",
                "{$, \"model_type\": \"smollm3\", \"no_rope_layers\": [1, 2]} | \"no_rope_layers\" has 2; supported:",
                "{$, \"model_type\": \"smollm3\", \"layer_types\": [\"sliding_attention\", \"full_attention\"]} |"
                        + " \"layer_types\" has \"sliding_attention\", but \"sliding_window\" gives those",
            })
    void whatIsNotSupportedIsNamed(String json, String message) throws IOException {
        String others = Stream.of(GOOD.split(", "))
                .filter(setting -> !json.contains(setting.substring(0, setting.indexOf(':') + 1)))
                .collect(Collectors.joining(", "));
        Path file = file(json.replace("$", others));
        assertThatThrownBy(() -> ModelConfig.read(file))
                .isInstanceOf(LotaException.class)
                .message()
                .containsSubsequence(file.toString(), message)
                .startsWith(file.toString());
    }

    private Path file(String json) throws IOException {
        return Files.writeString(folder.resolve("config.json"), json);
    }

    /// A small file would otherwise fill the memory, or count past the largest whole number.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "num_hidden_layers | 2000000000 | \"num_hidden_layers\" must be a whole number from 1 to 1000, found"
                        + " 2000000000.",
                "intermediate_size | 2147483647 | \"intermediate_size\" must be a whole number from 1 to 16777216,"
                        + " found 2147483647.",
                "head_dim | 10000000 | \"head_dim\" must be a whole number from 1 to 65536, found 10000000.",
                "num_attention_heads | 1048576 | 1048576 heads of 32 are wider than 16777216.",
            })
    void sizesThatNoModelHasAreRefused(String key, String value, String message) throws IOException {
        String good = "\"head_dim\": 32, " + GOOD;
        String wrong = good.replaceFirst("\"" + key + "\": \\d+", "\"" + key + "\": " + value);
        assertThat(wrong).isNotEqualTo(good);
        assertThatThrownBy(() -> ModelConfig.read(file("{\"model_type\": \"llama\", " + wrong + "}")))
                .isInstanceOf(LotaException.class)
                .hasMessageEndingWith(message);
        assertThatThrownBy(() -> ModelConfig.read(file("{\"model_type\": \"phi3\", " + wrong + "}")))
                .isInstanceOf(LotaException.class);
    }

    @Test
    void aNumberThatNoExactTypeHoldsIsRefused() {
        assertThatThrownBy(() -> ModelConfig.read(file("{\"rope_theta\": 1e-2147483649, " + GOOD + "}")))
                .isInstanceOf(LotaException.class)
                .hasMessageEndingWith("holds a number that is too large or too small to be read.");
    }
}
