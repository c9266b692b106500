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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.roaringbitmap.RoaringBitmap;

class TopKTest {
    private static final double[] SPARSITIES = {0, 0.1, 0.5, 0.9, 0.99, 1};

    /// Few different magnitudes, so that almost every threshold has ties; the smallest are denormal.
    private static final float[] MAGNITUDES = {
        Float.MIN_VALUE, 3 * Float.MIN_VALUE, Float.MIN_NORMAL, 1e-20f, 0.5f, Math.nextUp(0.5f), 1, Float.MAX_VALUE
    };

    private record Place(String tensor, int index, float magnitude) {}

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 255, 257, 1023, 4097, 66000})
    void choosesWhatASortChooses(int size) {
        for (int seed = 0; seed < 2; seed++) {
            Random random = new Random(seed);
            Deltas deltas = new Deltas()
                    .with("b", Shape.of(size), ties(random, size))
                    .with("a", Shape.of(1, 5), ties(random, 5))
                    .with("c", Shape.of(size, 3), ties(random, 3 * size));
            List<Place> ranked = ranked(places(deltas));
            for (double sparsity : SPARSITIES) {
                Mask mask = deltas.select(sparsity, Scope.GLOBAL);
                List<Place> expected = firstK(ranked, sparsity);
                assertThat(chosen(mask, deltas))
                        .as("seed %d, sparsity %s", seed, sparsity)
                        .isEqualTo(Set.copyOf(expected));
                if (sparsity > 0 && sparsity < 1) {
                    float least = expected.isEmpty() ? 0 : expected.getLast().magnitude;
                    assertThat(mask.info().threshold().orElse(0)).isEqualTo(least);
                }
            }
        }
    }

    /// Groups that are longer than a part, as long, and shorter, of which a part holds one or several.
    @ParameterizedTest
    @EnumSource
    void partsOfAnySizeChooseTheSame(Scope scope) {
        Random random = new Random(7);
        Deltas deltas = new Deltas()
                .with("a", Shape.of(11, 13), ties(random, 11 * 13))
                .with("b", Shape.of(40), ties(random, 40))
                .with("c", Shape.of(0, 3))
                .with("d", Shape.of(3, 200), ties(random, 600));
        Mask pool = Mask.full(Deltas.BASE, "all", deltas.tensors());
        Map<String, MaskTensor> some = new TreeMap<>(pool.tensors());
        some.put("a", new MaskTensor(Shape.of(11, 13), every(11 * 13, 3)));
        for (Mask among : List.of(pool, new Mask(pool.info(), some))) {
            Mask whole = TopK.select(deltas, 0.8, scope, among, Map.of());
            for (int part : new int[] {1, 7, 13, 27, 40, 200, 599}) {
                Mask found = TopK.select(deltas, 0.8, scope, among, Map.of(), part);
                assertThat(found.tensors()).as("parts of %d", part).isEqualTo(whole.tensors());
                assertThat(found.info()).isEqualTo(whole.info());
            }
        }
    }

    private static RoaringBitmap every(int end, int step) {
        RoaringBitmap set = new RoaringBitmap();
        IntStream.iterate(0, i -> i < end, i -> i + step).forEach(set::add);
        return set;
    }

    @ParameterizedTest
    @EnumSource(names = {"TENSOR", "ROW"})
    void choosesInEachGroupWhatASortChooses(Scope scope) {
        for (int seed = 0; seed < 4; seed++) {
            Random random = new Random(seed);
            Deltas deltas = new Deltas()
                    .with("vector", Shape.of(65), ties(random, 65))
                    .with("matrix", Shape.of(17, 33), ties(random, 17 * 33))
                    .with("scalar", Shape.of(), ties(random, 1))
                    .with("none", Shape.of(3, 0), new float[0])
                    .with("cube", Shape.of(4, 3, 5), ties(random, 60));
            for (double sparsity : SPARSITIES) {
                Mask mask = deltas.select(sparsity, scope);
                List<Place> expected = new ArrayList<>();
                deltas.tensors().forEach((name, shape) -> {
                    int group = Math.toIntExact(scope.groupLength(shape));
                    List<Place> places = places(deltas).stream()
                            .filter(p -> p.tensor.equals(name))
                            .toList();
                    for (int from = 0; from < places.size(); from += group) {
                        expected.addAll(firstK(ranked(places.subList(from, from + group)), sparsity));
                    }
                });
                assertThat(chosen(mask, deltas))
                        .as("seed %d, sparsity %s", seed, sparsity)
                        .isEqualTo(Set.copyOf(expected));
                assertThat(mask.info().threshold()).isEmpty();
            }
        }
    }

    @Test
    void countsInDecimal() {
        float[] values = new float[1000];
        Arrays.fill(values, 1f);
        Mask mask = Deltas.of(values).select(0.9, Scope.GLOBAL);
        assertThat(mask.trainable()).isEqualTo(100);
        assertThat(mask.tensor("w").trainable().last()).isEqualTo(99);
    }

    @Test
    void neverChoosesZeros() {
        Deltas deltas = Deltas.of(0f, -0f, -1f, 0f, 2f, 0f, -0f, 3f);
        assertThat(deltas.select(0.625, Scope.GLOBAL).tensor("w").trainable().toArray())
                .containsExactly(2, 4, 7);
        assertThatThrownBy(() -> deltas.select(0.5, Scope.GLOBAL))
                .isInstanceOf(LotaException.class)
                .hasMessage(
                        "A sparsity of 0.5 makes 4 of the 8 weights of the pool trainable, but only 3 of their deltas"
                                + " are not zero. Use more steps or a higher learning rate, or ask for a sparsity of at"
                                + " least 0.63.");
    }

    @Test
    void saysInWhichTensorOrRowDeltasAreMissing() {
        Deltas deltas = new Deltas().with("a", Shape.of(2, 4), 1, 2, 3, 4, 0, 0, 0, 0);
        assertThatThrownBy(() -> deltas.select(0.25, Scope.TENSOR))
                .hasMessage("A sparsity of 0.25 makes 6 of the 8 weights of tensor 'a' trainable, but only 4 of their"
                        + " deltas are not zero. Use more steps or a higher learning rate, or ask for a sparsity"
                        + " of at least 0.5.");
        assertThatThrownBy(() -> deltas.select(0.5, Scope.ROW))
                .hasMessage(
                        "A sparsity of 0.5 makes 2 of the 4 weights of row 1 of tensor 'a' trainable, but only 0 of "
                                + "their deltas are not zero. Use more steps or a higher learning rate.");
    }

    @Test
    void sparsityZeroTakesZerosToo() {
        assertThat(Deltas.of(0, 0, 1).select(0, Scope.GLOBAL).trainable()).isEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource
    void namesTheTensorAndIndexOfWhatIsNotFinite(Scope scope) {
        for (float bad : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
            for (double sparsity : SPARSITIES) {
                Deltas deltas =
                        new Deltas().with("a", Shape.of(2), 1, 2).with("b", Shape.of(2, 3), 1, 2, 3, 4, bad, bad);
                assertThatThrownBy(() -> deltas.select(sparsity, scope))
                        .isInstanceOf(LotaException.class)
                        .hasMessage(
                                "Tensor 'b': the delta at index 4 is %s, so the largest cannot be chosen. "
                                        + "The training that made it diverged; use a lower learning rate.",
                                Float.isNaN(bad) ? "NaN" : "infinite");
            }
        }
    }

    @Test
    void checksTheSparsity() {
        assertThatThrownBy(() -> Deltas.of(1).select(90, Scope.GLOBAL))
                .isInstanceOf(LotaException.class)
                .hasMessageEndingWith("Did you mean 0.9?");
    }

    private static float[] ties(Random random, int size) {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = MAGNITUDES[random.nextInt(MAGNITUDES.length)] * (random.nextBoolean() ? 1 : -1);
        }
        return values;
    }

    private static List<Place> places(Deltas deltas) {
        return deltas.tensors().keySet().stream()
                .sorted()
                .flatMap(name -> IntStream.range(0, deltas.values(name).length)
                        .mapToObj(i -> new Place(name, i, Math.abs(deltas.values(name)[i]))))
                .toList();
    }

    /// The specification: a stable sort by falling magnitude.
    private static List<Place> ranked(List<Place> places) {
        return places.stream()
                .sorted(Comparator.comparingDouble((Place p) -> -p.magnitude))
                .toList();
    }

    private static List<Place> firstK(List<Place> ranked, double sparsity) {
        return ranked.subList(0, Math.toIntExact(Sparsity.trainable(ranked.size(), sparsity)));
    }

    private static Set<Place> chosen(Mask mask, Deltas deltas) {
        Set<Place> chosen = new HashSet<>();
        mask.tensors()
                .forEach((name, tensor) -> tensor.trainable()
                        .forEach((int i) -> chosen.add(new Place(name, i, Math.abs(deltas.values(name)[i])))));
        return chosen;
    }
}
