package io.lota4j.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.Shape;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.roaringbitmap.RoaringBitmap;

class MaskTest {
    private static final Map<String, Shape> POOL = Map.of("b", Shape.of(2, 3), "a", Shape.of(4));

    static Stream<BinaryOperator<Mask>> operations() {
        return Stream.of(Mask::and, Mask::or, Mask::minus, (a, b) -> {
            a.overlap(b);
            return a;
        });
    }

    @ParameterizedTest
    @MethodSource("operations")
    void refusesMasksOfAnotherPoolOrBase(BinaryOperator<Mask> operation) {
        Mask mask = Mask.full("aaa", "all", POOL);
        refused(
                operation,
                mask,
                Mask.full("bbb", "all", POOL),
                "The masks are for two bases: the first for aaa, the second for bbb.");
        refused(
                operation,
                mask,
                Mask.full("aaa", "all", Map.of("a", Shape.of(4), "b", Shape.of(3, 2))),
                "Tensor 'b' has shape [2, 3] in the first mask, but [3, 2] in the second.");
        refused(
                operation,
                mask,
                Mask.full("aaa", "all", Map.of("a", Shape.of(4))),
                "The masks are for two pools: tensor 'b' is in the first only (2 tensors, the second has 1).");
        refused(
                operation,
                Mask.full("aaa", "all", Map.of("a", Shape.of(4))),
                mask,
                "The masks are for two pools: tensor 'b' is in the second only (2 tensors, the first has 1).");
    }

    private static void refused(BinaryOperator<Mask> operation, Mask first, Mask second, String message) {
        assertThatThrownBy(() -> operation.apply(first, second))
                .isInstanceOf(LotaException.class)
                .hasMessage("%s", message);
    }

    @Test
    void countsAndSortsTensors() {
        Mask mask = mask(0.5, RoaringBitmap.bitmapOf(0), RoaringBitmap.bitmapOf(2, 5));
        assertThat(mask.tensors().keySet()).containsExactly("a", "b");
        assertThat(mask.trainable()).isEqualTo(3);
        assertThat(mask.poolSize()).isEqualTo(10);
        assertThat(mask.density()).isEqualTo(0.3);
        assertThat(mask.sparsity()).isEqualTo(0.7);
    }

    @Test
    void derivedMasksSayHowTheyWereMade() {
        Mask first = mask(0.5, RoaringBitmap.bitmapOf(0), RoaringBitmap.bitmapOf(2, 5));
        Mask second = Mask.full("aaa", "all", POOL);
        Mask both = first.and(second);
        assertThat(both.info().origin())
                .isEqualTo(
                        Map.of("source", "and", "first.source", "delta", "first.steps", "10", "second.source", "full"));
        assertThat(both.info().requestedSparsity()).isEqualTo(0.7);
        assertThat(both.info().scope()).isEqualTo("mixed");
        assertThat(both.info().threshold()).isEmpty();
        assertThat(first.invert().info().origin())
                .isEqualTo(Map.of("source", "invert", "of.source", "delta", "of.steps", "10"));
    }

    @Test
    void namesTheNearestTensor() {
        Mask mask = Mask.full("aaa", "all", Map.of("layers.0.mlp.weight", Shape.of(1)));
        assertThatThrownBy(() -> mask.tensor("layers.0.mpl.weight"))
                .isInstanceOf(LotaException.class)
                .hasMessage("Tensor 'layers.0.mpl.weight' is not in the mask's pool of 1 tensors. Did you mean"
                        + " 'layers.0.mlp.weight'?");
    }

    @Test
    void indicesMustFitTheShape() {
        RoaringBitmap set = RoaringBitmap.bitmapOf(3, 6);
        assertThatThrownBy(() -> new MaskTensor(Shape.of(2, 3), set))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("index 6 is past the end of shape [2, 3]");
        assertThatThrownBy(() -> new MaskTensor(Shape.of(1L << 16, 1L << 15), set))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("[65536, 32768] has 2147483648 elements, over the limit of 2147483647");
    }

    private static Mask mask(double sparsity, RoaringBitmap a, RoaringBitmap b) {
        var info = new MaskInfo(
                "aaa", "all", "row", sparsity, OptionalDouble.of(1), Map.of("source", "delta", "steps", "10"));
        return new Mask(info, Map.of("a", new MaskTensor(Shape.of(4), a), "b", new MaskTensor(Shape.of(2, 3), b)));
    }
}
