package io.lota4j.internal.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.data.Dataset;
import io.lota4j.data.Example;
import io.lota4j.guard.Region;
import io.lota4j.guard.RegionOptions;
import io.lota4j.internal.mask.RandomMask;
import io.lota4j.internal.train.AdaptedModel;
import io.lota4j.internal.train.Runs;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskTensor;
import io.lota4j.mask.Pool;
import io.lota4j.mask.Scope;
import io.lota4j.train.attribution.Attribution;
import io.lota4j.train.attribution.Attributions;
import io.lota4j.train.attribution.Scoring;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.roaringbitmap.RoaringBitmap;

/// Regions of small models.
class RegionTest {
    private static final Scoring.Listener SILENT = (done, all, tokens) -> {};
    private static final int HALF_VOCABULARY = 64;
    private static final int HALF_HIDDEN = 16;

    private static Region region(AdaptedModel model, String by, Dataset behaviour, Dataset others, RegionOptions how) {
        return Regions.find(
                        model, (Attribution.OfRows) Attributions.of(by), behaviour, others, how, SILENT, () -> false)
                .orElseThrow();
    }

    /// Where no group is short a region is what two choices and a difference give.
    @ParameterizedTest
    @ValueSource(strings = {"snip", "wanda"})
    void aRegionIsTheDifferenceOfTwoMasks(String by) {
        try (AdaptedModel model = Runs.model()) {
            Dataset behaviour = Runs.data(1, 4);
            Dataset others = Runs.data(2, 3);
            Mask pool = Runs.everything(model);
            for (Scope scope : Scope.values()) {
                Region region = region(
                        model, by, behaviour, others, RegionOptions.of(0.2, 0.3).scope(scope));
                Attribution.OfRows rule = (Attribution.OfRows) Attributions.of(by);
                Mask first = new Scoring(model, pool, behaviour).mask(rule, 0.8, scope, SILENT);
                Mask second = new Scoring(model, pool, others).mask(rule, 0.7, scope, SILENT);
                assertThat(region.shortGroups()).isZero();
                assertThat(region.mask().sha256()).isEqualTo(first.minus(second).sha256());
                assertThat(region.mask().overlap(second).intersection()).isZero();
                assertThat(region.utility().sha256())
                        .isEqualTo(new Scoring(model, pool, others)
                                .mask(rule, 0.8, scope, SILENT)
                                .sha256());
                assertThat(region.mask().info().origin())
                        .containsEntry("source", "region")
                        .containsEntry("score", by)
                        .containsEntry("q", "0.2")
                        .containsEntry("p", "0.3")
                        .containsEntry("rows", "4")
                        .containsEntry("utility_rows", "3");
            }
            assertThatThrownBy(() -> region(model, by, behaviour, behaviour, RegionOptions.of(0.2, 0.3)))
                    .isInstanceOf(LotaException.class)
                    .hasMessageContaining("The region is empty: the behaviour's top 0.2 has");
        }
    }

    @Test
    void aControlHasAsManyWeightsOfEveryTensor() {
        try (AdaptedModel model = Runs.model()) {
            Mask some = Runs.random(model, 0.9, 3);
            Mask control = RandomMask.like(some, 1);
            some.tensors()
                    .forEach((name, tensor) ->
                            assertThat(control.tensor(name).count()).isEqualTo(tensor.count()));
            assertThat(control.sha256())
                    .isEqualTo(RandomMask.like(some, 1).sha256())
                    .isNotEqualTo(RandomMask.like(some, 2).sha256())
                    .isNotEqualTo(some.sha256());
        }
    }

    /// The tokens of the behaviour are seen by the first layer's MLP alone, those of the other
    /// rows by the second's: the region lies in the first.
    @Test
    void aPlantedBehaviourIsFoundWhereItIs() {
        try (AdaptedModel model = Runs.model()) {
            model.add(Erased.of(model, planted(model)));
            Region region = region(
                    model,
                    "snip",
                    rows(1, 0),
                    rows(2, HALF_VOCABULARY),
                    RegionOptions.of(0.05, 0.05).scope(Scope.GLOBAL));
            long inside = region.mask().tensors().entrySet().stream()
                    .filter(tensor -> tensor.getKey().contains("layers.0.mlp"))
                    .mapToLong(tensor -> tensor.getValue().count())
                    .sum();
            assertThat((double) inside / region.mask().trainable()).isGreaterThanOrEqualTo(0.9);
        }
    }

    private static Dataset rows(long seed, int firstToken) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Example> examples = new ArrayList<>();
        for (int row = 0; row < 6; row++) {
            int[] ids = random.ints(8, firstToken, firstToken + HALF_VOCABULARY).toArray();
            boolean[] scored = new boolean[8];
            scored[5] = scored[6] = scored[7] = true;
            examples.add(new Example(row, ids, scored, 5, "", ""));
        }
        return Runs.data(examples);
    }

    /// What must be zero: half of each embedding, what reads the other half in each MLP, and all
    /// that attention adds.
    private static Mask planted(AdaptedModel model) {
        Mask all = Mask.full(model.base(), Pool.parse("all", null));
        Map<String, MaskTensor> zero = new HashMap<>();
        all.tensors().forEach((name, tensor) -> {
            int width = (int) tensor.shape().dim(tensor.shape().rank() - 1);
            if (name.contains("embed_tokens")) {
                zero.put(name, where(tensor, index -> index / width < HALF_VOCABULARY == index % width >= HALF_HIDDEN));
            } else if (name.contains("o_proj")) {
                zero.put(name, where(tensor, index -> true));
            } else if (name.contains("layers.0.mlp.down_proj")) {
                // What the first adds is not seen by the second either.
                zero.put(name, where(tensor, index -> index / width >= HALF_HIDDEN));
            } else if (name.contains("gate_proj") || name.contains("up_proj")) {
                boolean first = name.contains("layers.0");
                zero.put(name, where(tensor, index -> index % width >= HALF_HIDDEN == first));
            }
        });
        return new Mask(all.info(), zero);
    }

    private static MaskTensor where(MaskTensor tensor, IntPredicate chosen) {
        RoaringBitmap set = new RoaringBitmap();
        for (int index = 0; index < tensor.shape().numel(); index++) {
            if (chosen.test(index)) {
                set.add(index);
            }
        }
        return new MaskTensor(tensor.shape(), set);
    }
}
