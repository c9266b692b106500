package io.lota4j.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.checkpoint.TensorInfo;
import java.util.LinkedHashMap;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PoolTest {
    private static final Map<String, TensorInfo> MODEL = model();

    private static Map<String, TensorInfo> model() {
        Map<String, TensorInfo> tensors = new LinkedHashMap<>();
        add(tensors, "model.embed_tokens.weight", DType.BF16, 9, 4);
        add(tensors, "model.layers.0.self_attn.q_proj.weight", DType.BF16, 4, 4);
        add(tensors, "model.layers.0.self_attn.q_proj.bias", DType.BF16, 4);
        add(tensors, "model.layers.0.self_attn.q_norm.weight", DType.BF16, 4);
        add(tensors, "model.layers.0.self_attn.mask_table.weight", DType.I64, 4, 4);
        add(tensors, "model.layers.0.mlp.up_proj.weight", DType.F32, 8, 4);
        add(tensors, "model.layers.0.post_attention_layernorm.weight", DType.F32, 4);
        add(tensors, "lm_head.weight", DType.F32, 9, 4);
        return tensors;
    }

    private static void add(Map<String, TensorInfo> tensors, String name, DType dtype, long... dims) {
        Shape shape = Shape.of(dims);
        tensors.put(name, new TensorInfo(name, dtype, shape, 0, shape.numel() * dtype.size()));
    }

    @Test
    void standardPoolHasTheProjections() {
        assertThat(Pool.standard().select(MODEL))
                .isEqualTo(Map.of(
                        "model.layers.0.mlp.up_proj.weight", Shape.of(8, 4),
                        "model.layers.0.self_attn.q_proj.weight", Shape.of(4, 4)));
        assertThat(Pool.parse(null, null)).isEqualTo(Pool.standard());
    }

    @Test
    void allIsEveryFloatTensor() {
        assertThat(Pool.all().select(MODEL)).hasSize(7).doesNotContainKey("model.layers.0.self_attn.mask_table.weight");
        assertThat(Pool.parse("all", null)).isEqualTo(Pool.all());
        assertThat(Pool.parse("all", "embed, lm_head").select(MODEL)).hasSize(5);
    }

    /// Words narrow the default pool; what is in it, the architecture says.
    @Test
    void matricesOfLayersAreInItWhateverTheyAreCalled() {
        Map<String, TensorInfo> tensors = new LinkedHashMap<>();
        add(tensors, "model.layers.0.conv.in_proj.weight", DType.F32, 12, 4);
        add(tensors, "model.layers.0.conv.conv.weight", DType.F32, 4, 1, 3);
        add(tensors, "model.layers.0.mlp.experts.down_proj", DType.F32, 2, 8, 4);
        add(tensors, "model.layers.0.mlp.experts.down_proj_bias", DType.F32, 2, 4);
        add(tensors, "model.layers.0.mlp.router.weight", DType.F32, 2, 4);
        add(tensors, "model.embed_tokens.weight", DType.F32, 9, 4);
        add(tensors, "vision_tower.layers.0.mlp.up_proj.weight", DType.F32, 4, 4);
        assertThat(Pool.standard().select(tensors))
                .containsOnlyKeys(
                        "model.layers.0.conv.in_proj.weight",
                        "model.layers.0.conv.conv.weight",
                        "model.layers.0.mlp.experts.down_proj");
        assertThat(Pool.parse("conv", null).select(tensors)).hasSize(2);
        assertThat(Pool.parse("mlp", "").select(tensors)).containsOnlyKeys("model.layers.0.mlp.experts.down_proj");
        refused(
                () -> Pool.parse("embed_tokens", "").select(tensors),
                "The pool 'embed_tokens' selects none of the 7 tensors, which are named such as"
                    + " model.embed_tokens.weight, model.layers.0.conv.conv.weight,"
                    + " model.layers.0.conv.in_proj.weight, model.layers.0.mlp.experts.down_proj,"
                    + " model.layers.0.mlp.experts.down_proj_bias. Words choose among matrices of layers that are no"
                    + " routers; 'all' takes every tensor.");
    }

    @Test
    void selectionIsSorted() {
        assertThat(Pool.standard().select(MODEL).firstEntry().getKey()).isEqualTo("model.layers.0.mlp.up_proj.weight");
    }

    @ParameterizedTest
    @ValueSource(strings = {"all", "all without embed", "mlp", "mlp,attn without embed,lm_head,norm"})
    void textComesBack(String text) {
        assertThat(Pool.parse(text)).hasToString(text);
        assertThat(Pool.parse(Pool.parse(text).toString())).isEqualTo(Pool.parse(text));
    }

    @Test
    void refusesWhatIsNoPool() {
        refused(
                () -> Pool.parse("mlp but not attn"),
                "Not a pool: 'mlp but not attn'; one reads such as 'mlp,attn without embed,lm_head,norm'.");
        refused(
                () -> Pool.parse("mlp,,attn", null),
                "pool: expected parts of tensor names with commas between them, found '' (in 'mlp,,attn').");
        refused(
                () -> Pool.parse("mlp", "n*rm"),
                "exclude: expected parts of tensor names with commas between them, found 'n*rm' (in 'n*rm').");
        refused(() -> Pool.parse(" ", null), "A pool needs words such as 'mlp,attn', or 'all'.");
    }

    @Test
    void refusesToSelectNothing() {
        refused(
                () -> Pool.parse("experts", "").select(MODEL),
                "The pool 'experts' selects none of the 8 tensors, which are named such as lm_head.weight,"
                        + " model.embed_tokens.weight, model.layers.0.mlp.up_proj.weight,"
                        + " model.layers.0.post_attention_layernorm.weight, model.layers.0.self_attn.mask_table.weight."
                        + " Words choose among matrices of layers that are no routers; 'all' takes every tensor.");
    }

    @Test
    void refusesTensorsThatAreTooLarge() {
        Map<String, TensorInfo> tensors = new LinkedHashMap<>();
        add(tensors, "mlp.weight", DType.BF16, 1 << 20, 1 << 11);
        refused(
                () -> Pool.standard().select(tensors),
                "Tensor 'mlp.weight' has 2147483648 elements, over the limit of 2147483647 for a mask; exclude it "
                        + "from the pool.");
    }

    private static void refused(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(LotaException.class).hasMessage("%s", message);
    }
}
