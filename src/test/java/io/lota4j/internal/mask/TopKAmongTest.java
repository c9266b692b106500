package io.lota4j.internal.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.Shape;
import io.lota4j.mask.Deltas;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskTensor;
import io.lota4j.mask.Scope;
import io.lota4j.mask.Sparsity;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.roaringbitmap.RoaringBitmap;

/// Selection where some weights may not be chosen.
class TopKAmongTest {
    private static final int ROWS = 6;
    private static final int COLUMNS = 40;

    @ParameterizedTest
    @EnumSource
    void choosesTheLargestOfTheRestAsManyAsOfTheWhole(Scope scope) {
        for (int seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            float[] values = new float[ROWS * COLUMNS];
            for (int i = 0; i < values.length; i++) {
                values[i] = (1 + random.nextInt(30)) * (random.nextBoolean() ? 1 : -1);
            }
            RoaringBitmap allowed = new RoaringBitmap();
            IntStream.range(0, values.length).filter(i -> random.nextInt(4) > 0).forEach(allowed::add);
            Mask mask = select(values, allowed, 0.7, scope);
            assertThat(chosen(mask)).as("seed %d", seed).isEqualTo(expected(values, allowed, scope));
        }
    }

    /// The specification: of what is allowed in each group, the first of a stable sort.
    private static Set<Integer> expected(float[] values, RoaringBitmap allowed, Scope scope) {
        int group = scope == Scope.ROW ? COLUMNS : values.length;
        Set<Integer> expected = new HashSet<>();
        for (int from = 0; from < values.length; from += group) {
            IntStream.range(from, from + group)
                    .filter(allowed::contains)
                    .boxed()
                    .sorted((a, b) -> Float.compare(Math.abs(values[b]), Math.abs(values[a])))
                    .limit(Sparsity.trainable(group, 0.7))
                    .forEach(expected::add);
        }
        return expected;
    }

    /// What may not be chosen is not looked at.
    @Test
    void valuesOutsideNeedNotBeFinite() {
        RoaringBitmap allowed = RoaringBitmap.bitmapOf(1, 2);
        Mask mask = select(new float[] {Float.NaN, 1, 2, Float.POSITIVE_INFINITY}, allowed, 0.75, Scope.GLOBAL);
        assertThat(chosen(mask)).containsExactly(2);
        assertThat(mask.info().threshold()).hasValue(2);
    }

    @Test
    void allThatIsLeftCanBeChosen() {
        RoaringBitmap allowed = RoaringBitmap.bitmapOf(0, 3);
        assertThat(chosen(select(new float[] {1, 9, 9, 2}, allowed, 0.5, Scope.GLOBAL)))
                .containsExactlyInAnyOrder(0, 3);
    }

    @Test
    void saysWhenTooFewAreLeft() {
        RoaringBitmap allowed = RoaringBitmap.bitmapOf(0, 1, 2, 3, 4);
        assertThatThrownBy(() -> select(new float[8], allowed, 0, Scope.GLOBAL))
                .isInstanceOf(LotaException.class)
                .hasMessage(
                        "A sparsity of 0.0 makes 8 of the 8 weights of the pool trainable, but the avoided masks leave"
                                + " only 5 of them. Ask for a sparsity of at least 0.38.");
        assertThatThrownBy(() -> EnoughWeights.require(among(Shape.of(2, 4), allowed), 0.5, Scope.ROW))
                .hasMessage(
                        "A sparsity of 0.5 makes 2 of the 4 weights of row 1 of tensor 'w' trainable, but the avoided"
                                + " masks leave only 1 of them. Ask for a sparsity of at least 0.75.");
        assertThatThrownBy(() -> EnoughWeights.require(among(Shape.of(2, 4), new RoaringBitmap()), 0.5, Scope.TENSOR))
                .hasMessageContaining(
                        "of tensor 'w' trainable, but the avoided masks leave only 0 of them. Ask for a sparsity"
                                + " of at least 1.");
    }

    private static Mask select(float[] values, RoaringBitmap allowed, double sparsity, Scope scope) {
        Shape shape = values.length == ROWS * COLUMNS ? Shape.of(ROWS, COLUMNS) : Shape.of(values.length);
        Deltas deltas = new Deltas().with("w", shape, values);
        return TopK.select(deltas, sparsity, scope, among(shape, allowed), Map.of());
    }

    private static Mask among(Shape shape, RoaringBitmap allowed) {
        Mask pool = Mask.full(Deltas.BASE, "all", Map.of("w", shape));
        return new Mask(pool.info(), new TreeMap<>(Map.of("w", new MaskTensor(shape, allowed))));
    }

    private static Set<Integer> chosen(Mask mask) {
        Set<Integer> chosen = new HashSet<>();
        mask.tensor("w").trainable().forEach((int i) -> chosen.add(i));
        return chosen;
    }
}
