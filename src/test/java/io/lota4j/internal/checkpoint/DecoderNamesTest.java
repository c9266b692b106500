package io.lota4j.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DecoderNamesTest {
    @ParameterizedTest
    @CsvSource({
        "model.layers.3.mlp.up_proj.weight, model.layers.",
        "model.language_model.layers.3.mlp.up_proj.weight, model.language_model.layers.",
        "language_model.model.layers.3.mlp.up_proj.weight, language_model.model.layers.",
        "transformer.h.3.attn.c_attn.weight, transformer.h.",
        "h.3.attn.c_attn.weight, h.",
        "gpt_neox.layers.3.attention.dense.weight, gpt_neox.layers."
    })
    void aTensorOfALayerTellsTheNames(String tensor, String layers) {
        DecoderNames names =
                DecoderNames.of(List.of("other.layers.0.w", tensor)).orElseThrow();
        assertThat(names.layers()).isEqualTo(layers);
        assertThat(names.layer(tensor))
                .hasValueSatisfying(layer -> assertThat(layer.index()).isEqualTo(3));
        assertThat(names.layer("other.layers.0.w")).isEmpty();
    }

    /// As transformers has it in memory, and PEFT in its files, whatever a checkpoint calls it.
    @ParameterizedTest
    @CsvSource({
        "h.3.attn.c_attn.weight, transformer.h.3.attn.c_attn.weight",
        "transformer.h.3.attn.c_attn.weight, transformer.h.3.attn.c_attn.weight",
        "language_model.model.layers.3.mlp.up_proj, model.language_model.layers.3.mlp.up_proj",
        "model.language_model.layers.3.mlp.up_proj, model.language_model.layers.3.mlp.up_proj",
        "model.layers.3.mlp.up_proj.weight, model.layers.3.mlp.up_proj.weight",
        "gpt_neox.layers.3.attention.dense.weight, gpt_neox.layers.3.attention.dense.weight"
    })
    void inMemoryThereIsOneNameOnly(String stored, String inMemory) {
        DecoderNames names = DecoderNames.of(List.of(stored)).orElseThrow();
        assertThat(names.renamed(stored, names.inMemory())).isEqualTo(inMemory);
        assertThat(names.inMemory().renamed(inMemory, names)).isEqualTo(stored);
        assertThat(names.isAlike(names.inMemory())).isEqualTo(!names.equals(DecoderNames.GPT_NEOX));
    }

    @ParameterizedTest
    @CsvSource({
        "lm_head.weight, language_model.lm_head.weight",
        "model.language_model.embed_tokens.weight, language_model.model.embed_tokens.weight",
        "model.vision_tower.encoder.layers.0.mlp.fc1.weight, vision_tower.encoder.layers.0.mlp.fc1.weight",
        "model.multi_modal_projector.linear_1.weight, multi_modal_projector.linear_1.weight"
    })
    void otherModulesAndHeadsAreRenamedToo(String inMemory, String stored) {
        DecoderNames memory = DecoderNames.AMONG_MODULES.getFirst();
        DecoderNames file = DecoderNames.AMONG_MODULES.getLast();
        assertThat(memory.renamed(inMemory, file)).isEqualTo(stored);
        assertThat(file.renamed(stored, memory)).isEqualTo(inMemory);
    }

    @Test
    void withoutLayersNothingIsKnown() {
        assertThat(DecoderNames.of(List.of("encoder.layer.0.output.dense.weight", "model.norm.weight")))
                .isEqualTo(Optional.empty());
    }

    @ParameterizedTest
    @CsvSource({
        "model.layers.0.self_attn.q_proj.weight, 4x4, true",
        "model.layers.0.mlp.experts.gate_up_proj, 2x4x8, true",
        "model.layers.0.mlp.experts.7.up_proj.weight, 4x4, true",
        "model.layers.0.conv.conv.weight, 4x1x3, true",
        "model.layers.0.linear_attn.in_proj_a.weight, 4x4, true",
        "model.layers.0.linear_attn.conv1d.weight, 4x1x4, true",
        "model.layers.0.linear_attn.A_log, 4, false",
        "model.layers.0.mlp.experts.gate_up_proj_bias, 2x8, false",
        "model.layers.0.mlp.gate.weight, 4x4, false",
        "model.layers.0.mlp.router.weight, 4x4, false",
        "model.layers.0.attn.bias, 1x1x8x8, false",
        "model.layers.0.input_layernorm.weight, 4, false",
        "model.embed_tokens.weight, 9x4, false",
        "lm_head.weight, 9x4, false"
    })
    void matricesOfLayersButRoutersAreChosenFrom(String name, String dims, boolean matrix) {
        Shape shape = Shape.of(
                List.of(dims.split("x")).stream().mapToLong(Long::parseLong).toArray());
        assertThat(DecoderNames.USUAL.isMatrix(new TensorInfo(name, DType.F32, shape, 0, shape.numel() * Float.BYTES)))
                .isEqualTo(matrix);
    }
}
