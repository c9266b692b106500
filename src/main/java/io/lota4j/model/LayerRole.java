package io.lota4j.model;

import io.lota4j.checkpoint.Shape;

/// What a weight does in a decoder layer, in the order in which `ops.py` takes them.
enum LayerRole {
    INPUT_NORM("input_layernorm.weight"),
    QUERY("self_attn.q_proj.weight"),
    QUERY_BIAS("self_attn.q_proj.bias"),
    KEY("self_attn.k_proj.weight"),
    KEY_BIAS("self_attn.k_proj.bias"),
    VALUE("self_attn.v_proj.weight"),
    VALUE_BIAS("self_attn.v_proj.bias"),
    OUTPUT("self_attn.o_proj.weight"),
    MLP_NORM("post_attention_layernorm.weight"),
    GATE("mlp.gate_proj.weight"),
    GATE_BIAS("mlp.gate_proj.bias"),
    UP("mlp.up_proj.weight"),
    UP_BIAS("mlp.up_proj.bias"),
    DOWN("mlp.down_proj.weight"),
    DOWN_BIAS("mlp.down_proj.bias"),
    OUTPUT_BIAS("self_attn.o_proj.bias");

    private final String suffix;

    LayerRole(String suffix) {
        this.suffix = suffix;
    }

    String suffix() {
        return suffix;
    }

    boolean present(ModelConfig config) {
        return switch (this) {
            case QUERY_BIAS, KEY_BIAS, VALUE_BIAS, OUTPUT_BIAS -> config.attentionBias();
            case GATE_BIAS, UP_BIAS, DOWN_BIAS -> config.mlpBias();
            default -> true;
        };
    }

    Shape shape(ModelConfig config) {
        long width = config.hiddenSize();
        long queries = (long) config.heads() * config.headDim();
        long keys = (long) config.kvHeads() * config.headDim();
        long mlp = config.intermediateSize();
        return switch (this) {
            case INPUT_NORM, MLP_NORM, OUTPUT_BIAS, DOWN_BIAS -> Shape.of(width);
            case QUERY -> Shape.of(queries, width);
            case QUERY_BIAS -> Shape.of(queries);
            case KEY, VALUE -> Shape.of(keys, width);
            case KEY_BIAS, VALUE_BIAS -> Shape.of(keys);
            case OUTPUT -> Shape.of(width, queries);
            case GATE, UP -> Shape.of(mlp, width);
            case GATE_BIAS, UP_BIAS -> Shape.of(mlp);
            case DOWN -> Shape.of(width, mlp);
        };
    }
}
