package io.lota4j.internal.model.arch;

import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.JsonKeys.Null;
import io.lota4j.internal.model.layer.Block;
import io.lota4j.internal.model.layer.Blocks;
import io.lota4j.internal.model.layer.Step;
import java.util.List;

/// Qwen 3.5's text model: a gated delta rule in most layers, attention with a gate behind it in the others.
final class Qwen35 implements Architecture {
    private static final String LINEAR = "linear_attention";
    private static final String DEFAULTS = """
        {"vocab_size": 248320, "hidden_size": 4096, "intermediate_size": 12288, "num_hidden_layers": 32,
        "num_attention_heads": 16, "num_key_value_heads": 4, "head_dim": 256, "max_position_embeddings": 32768,
        "full_attention_interval": 4, "linear_conv_kernel_dim": 4, "linear_key_head_dim": 128,
        "linear_value_head_dim": 128, "linear_num_key_heads": 16, "linear_num_value_heads": 32}\
        """;

    @Override
    public String title() {
        return "Qwen 3.5";
    }

    @Override
    public List<String> types() {
        return List.of("qwen3_5_text");
    }

    @Override
    public Blocks blocks(ConfigKeys given) {
        ConfigKeys keys = given.withDefaults(DEFAULTS);
        keys.only("hidden_act", "silu");
        if (!keys.keys().optionalFlag("attn_output_gate", Null.ABSENT).orElse(true)) {
            throw keys.unsupported("\"attn_output_gate\" is false; supported: true.");
        }
        Sizes sizes = Sizes.of(keys);
        double eps = keys.normEps("rms_norm_eps", 1e-6);
        Step.Norm.Kind kind = Step.Norm.Kind.RMS_PLUS_ONE;
        boolean biased = keys.flag("attention_bias");
        int part = keys.rotated(sizes.head(), 0.25);
        Attention attention = Attention.of(sizes)
                .withBiases(biased, biased)
                .withNorm(new Attention.Norm(kind, eps, false))
                .withPart(part)
                .withGate();
        Mlp mlp = Mlp.of(sizes, Step.Activation.SILU);
        DecoderLayer layer = DecoderLayer.normsBefore(sizes.hidden(), kind, eps);
        // Texts have one position a token: the sections of the rotary embedding, which are for pictures, turn alike.
        Block full = new Block(layer.steps(attention, mlp), keys.partRope(part, 10000));
        Block linear = new Block(layer.steps(DeltaAttention.of(keys, sizes.hidden(), eps), mlp), null);
        int interval = keys.positive("full_attention_interval");
        List<Block> layers = keys.layersOf(LINEAR, sizes.layers(), i -> (i + 1) % interval != 0).stream()
                .map(isLinear -> isLinear ? linear : full)
                .toList();
        return keys.decoder(sizes, layers, kind, eps);
    }

    /// What stands in place of attention. Its tensors are named `linear_attn`.
    ///
    /// @param convolution tokens that the convolution of queries, keys and values sees
    private record DeltaAttention(
            int hidden, int keyHeads, int keyHead, int heads, int head, int convolution, double eps) implements Part {
        static DeltaAttention of(ConfigKeys keys, int hidden, double eps) {
            int keyHeads = keys.positive("linear_num_key_heads");
            int heads = keys.positive("linear_num_value_heads");
            if (heads % keyHeads != 0) {
                throw keys.keys()
                        .refused(Text.format(
                                "\"linear_num_value_heads\" (%d) is not a multiple of \"linear_num_key_heads\" (%d).",
                                heads, keyHeads));
            }
            return new DeltaAttention(
                    hidden,
                    keyHeads,
                    keys.positive("linear_key_head_dim"),
                    heads,
                    keys.positive("linear_value_head_dim"),
                    keys.positive("linear_conv_kernel_dim"),
                    eps);
        }

        @Override
        public List<Step> steps(String in, String out) {
            int wide = Step.DeltaRule.inWidth(keyHeads, keyHead, heads, head);
            int width = heads * head;
            return List.of(
                    projection("qkv", wide, in),
                    projection("z", width, in),
                    projection("b", heads, in),
                    projection("a", heads, in),
                    new Step.Convolve("conv", "qkv", wide, convolution, "linear_attn.conv1d.weight", null),
                    new Step.Activate("qkvs", Step.Activation.SILU, "conv", wide),
                    new Step.DeltaRule(
                            "read",
                            "qkvs",
                            "b",
                            "a",
                            keyHeads,
                            keyHead,
                            heads,
                            head,
                            "linear_attn.A_log",
                            "linear_attn.dt_bias"),
                    new Step.Norm("readn", "read", Step.Norm.Kind.RMS, width, head, eps, "linear_attn.norm.weight"),
                    new Step.Gate("open", Step.Activation.SILU, "z", "readn", width),
                    Step.Linear.of(out, hidden, "open", width, "linear_attn.out_proj.weight", null));
        }

        private Step projection(String out, int width, String in) {
            return Step.Linear.of(out, width, in, hidden, "linear_attn.in_proj_" + out + ".weight", null);
        }
    }
}
