package io.lota4j.mask;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.checkpoint.LayerName;
import io.lota4j.mask.MaskStatistics.Share;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.roaringbitmap.RoaringBitmap;

class MaskStatisticsTest {
    @Test
    void sumsOverLayers() {
        Mask full = Mask.full(Deltas.BASE, "all", Map.of());
        Mask mask = new Mask(
                full.info(),
                Map.of(
                        "model.layers.0.mlp.up_proj.weight",
                        new MaskTensor(Shape.of(2, 2), RoaringBitmap.bitmapOf(1)),
                        "model.layers.11.mlp.up_proj.weight",
                        new MaskTensor(Shape.of(2, 2), RoaringBitmap.bitmapOf(0, 3)),
                        "lm_head.weight",
                        new MaskTensor(Shape.of(3), new RoaringBitmap())));
        MaskStatistics statistics = MaskStatistics.of(mask);
        assertThat(statistics.kinds()).isEqualTo(Map.of("lm_head", new Share(0, 3), "mlp.up_proj", new Share(3, 8)));
        assertThat(statistics.tensors()).hasSize(3).containsEntry("lm_head.weight", new Share(0, 3));
        assertThat(statistics.total()).isEqualTo(new Share(3, 11));
        assertThat(new Share(3, 8).density()).isEqualTo(0.375);
        assertThat(new Share(0, 0).density()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "model.layers.29.self_attn.q_proj.weight, self_attn.q_proj",
        "model.layers.0.self_attn.q_proj.bias, self_attn.q_proj.bias",
        "transformer.h.3.attn.c_attn.weight, attn.c_attn",
        "model.layers.3.experts.7.up_proj.weight, experts.up_proj",
        "lm_head.weight, lm_head",
        "w, w"
    })
    void kindIsTheNameWithoutItsLayer(String name, String kind) {
        assertThat(LayerName.kind(name)).isEqualTo(kind);
    }
}
