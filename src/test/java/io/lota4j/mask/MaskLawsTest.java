package io.lota4j.mask;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.mask.RandomMasks;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The laws of set algebra on random masks; the seed of a failing one is in the test's name.
class MaskLawsTest {
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})
    void holdSetLaws(long seed) {
        Mask a = RandomMasks.of(3 * seed);
        Mask b = RandomMasks.of(3 * seed + 1);
        Mask c = RandomMasks.of(3 * seed + 2);
        Mask full = Mask.full(Deltas.BASE, "all", shapes(a));
        Mask none = full.invert();

        same(a.invert().invert(), a);
        same(a.and(b).invert(), a.invert().or(b.invert()));
        same(a.or(b).invert(), a.invert().and(b.invert()));
        same(a.and(b), b.and(a));
        same(a.or(b), b.or(a));
        same(a.and(b.or(c)), a.and(b).or(a.and(c)));
        same(a.or(b.and(c)), a.or(b).and(a.or(c)));
        same(a.or(b).or(c), a.or(b.or(c)));
        same(a.minus(b), a.and(b.invert()));
        same(a.minus(b).or(a.and(b)), a);
        same(a.and(a), a);
        same(a.or(a), a);
        same(a.minus(a), none);
        same(a.and(full), a);
        same(a.or(none), a);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {0, 1, 2, 3, 4, 5, 6, 7})
    void maskAndInverseCoverThePoolOnce(long seed) {
        Mask a = RandomMasks.of(seed);
        assertThat(a.and(a.invert()).trainable()).isZero();
        assertThat(a.or(a.invert()).trainable()).isEqualTo(a.poolSize());
        assertThat(a.trainable() + a.invert().trainable()).isEqualTo(a.poolSize());
        assertThat(a.density() + a.sparsity()).isEqualTo(1);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {0, 1, 2, 3, 4, 5, 6, 7})
    void overlapCountsWhatTheAlgebraGives(long seed) {
        Mask a = RandomMasks.of(2 * seed);
        Mask b = RandomMasks.of(2 * seed + 1);
        Overlap overlap = a.overlap(b);
        assertThat(overlap.intersection()).isEqualTo(a.and(b).trainable());
        assertThat(overlap.union()).isEqualTo(a.or(b).trainable());
        assertThat(overlap.iou()).isEqualTo(b.overlap(a).iou()).isBetween(0.0, 1.0);
        assertThat(a.overlap(a).iou()).isEqualTo(1);
        assertThat(a.overlap(a.invert()).iou()).isZero();
        overlap.tensors().forEach((name, counts) -> {
            assertThat(counts.intersection()).isEqualTo(a.and(b).tensor(name).count());
            assertThat(counts.union()).isEqualTo(a.or(b).tensor(name).count());
        });
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {0, 1, 2, 3})
    void operandsStayAsTheyAre(long seed) {
        Mask a = RandomMasks.of(2 * seed);
        Mask b = RandomMasks.of(2 * seed + 1);
        a.and(b).or(b.minus(a)).invert().overlap(a);
        same(a, RandomMasks.of(2 * seed));
        same(b, RandomMasks.of(2 * seed + 1));
    }

    private static Map<String, Shape> shapes(Mask mask) {
        Map<String, Shape> shapes = new TreeMap<>();
        mask.tensors().forEach((name, tensor) -> shapes.put(name, tensor.shape()));
        return shapes;
    }

    private static void same(Mask actual, Mask expected) {
        assertThat(actual.tensors()).isEqualTo(expected.tensors());
    }
}
