package io.lota4j.train.attribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.Golden;
import io.lota4j.LotaException;
import io.lota4j.data.Example;
import io.lota4j.internal.mask.Complement;
import io.lota4j.internal.mask.RandomMask;
import io.lota4j.internal.train.AdaptedModel;
import io.lota4j.mask.Avoided;
import io.lota4j.mask.Mask;
import io.lota4j.mask.Pool;
import io.lota4j.mask.Scope;
import io.lota4j.memory.Host;
import io.lota4j.model.MemoryPolicy;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ScoringTest {
    private AdaptedModel model;
    private Mask pool;

    @BeforeAll
    void open() {
        model = AdaptedModel.open(Golden.path("models/llama-tied"));
        pool = Mask.full(model.base(), Pool.standard());
    }

    @AfterAll
    void close() {
        model.close();
    }

    /// Whatever the score and the scope: exactly as many as asked for, none of the avoided, no weight changed.
    @ParameterizedTest
    @ValueSource(strings = {"magnitude", "snip", "wanda", "fisher"})
    void aMaskIsDisjointFromThoseItAvoids(String score) {
        Map<String, int[]> before = bits();
        for (Scope scope : Scope.values()) {
            Mask first = mask(score, pool, 0.7, scope);
            Mask among = Complement.of(pool, List.of(new Avoided("first", first)));
            Mask second = mask(score, among, 0.7, scope);
            assertThat(second.trainable()).isEqualTo(first.trainable()).isPositive();
            assertThat(second.overlap(first).intersection()).as("%s", scope).isZero();
            Mask third = mask(score, among, 0.4, Scope.GLOBAL);
            assertThat(third.overlap(first).intersection()).isZero();
            assertThat(third.minus(second.or(first)).trainable()).isPositive();
        }
        assertThat(bits())
                .hasSameSizeAs(before)
                .allSatisfy((name, found) -> assertThat(found).isEqualTo(before.get(name)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"magnitude", "snip", "wanda", "fisher"})
    void aMaskSaysHowItWasMade(String score) {
        Mask avoided = RandomMask.of(model.base(), Pool.standard(), 0.9, Scope.GLOBAL, 1);
        Mask among = Complement.of(pool, List.of(new Avoided("a.mask", avoided)));
        Map<String, String> origin =
                mask(score, among, 0.9, Scope.GLOBAL).info().origin();
        assertThat(origin)
                .containsEntry("source", "calibrate")
                .containsEntry("score", score)
                .containsEntry("avoided", "a.mask sha256:" + avoided.sha256())
                .containsEntry("avoided_weights", Long.toString(avoided.trainable()));
        if (Attributions.of(score) instanceof Attribution.OfRows) {
            assertThat(origin)
                    .containsEntry("data", "rows.jsonl sha256:00")
                    .containsEntry("rows", "3")
                    .containsEntry("tokens", "42")
                    .containsEntry("scored_tokens", "24")
                    .containsKeys("loss", "jvm", "threads");
        }
    }

    @Test
    void groupsChangeTheMaskAndNotTheLossThatItTells() {
        Mask single = mask("fisher", pool, 0.9, Scope.GLOBAL);
        Mask grouped = new Scoring(model, pool, Scored.data(Scored.examples()))
                .mask(new Fisher(3), 0.9, Scope.GLOBAL, Scored.SILENT);
        assertThat(grouped.sha256()).isNotEqualTo(single.sha256());
        assertThat(grouped.trainable()).isEqualTo(single.trainable());
        assertThat(grouped.info().origin())
                .containsEntry("group", "3")
                .containsEntry("rows", "3")
                .extractingByKey("loss")
                .isEqualTo(single.info().origin().get("loss"));
        assertThat(single.info().origin()).doesNotContainKey("group");
    }

    @Test
    void aGroupHasARow() {
        assertThatThrownBy(() -> new Fisher(0))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("group");
        assertThat(new Fisher(4)).isEqualTo(new Fisher(4)).isNotEqualTo(new Fisher());
    }

    @Test
    void theSameScoresTwiceGiveTheSameMask() {
        for (String score : List.of("snip", "wanda", "fisher")) {
            assertThat(mask(score, pool, 0.9, Scope.GLOBAL).sha256())
                    .isEqualTo(mask(score, pool, 0.9, Scope.GLOBAL).sha256());
        }
    }

    @Test
    void anExampleWithoutAResponseCountsWithScoreZero() {
        Example example = Scored.examples().getFirst();
        Example silent = new Example(1, example.ids(), new boolean[example.length()], 1, "", "");
        String tensor = pool.tensors().firstEntry().getKey();
        float[] one = Scored.of(model, pool, new Snip(), List.of(example), tensor);
        float[] two = Scored.of(model, pool, new Snip(), List.of(example, silent), tensor);
        for (int i = 0; i < one.length; i++) {
            assertThat(two[i]).isEqualTo(one[i] / 2);
        }
    }

    @Test
    void passesAreHeardOf() {
        List<String> heard = new ArrayList<>();
        new Scoring(model, pool, Scored.data(Scored.examples()))
                .mask(new Snip(), 0.9, Scope.GLOBAL, (done, all, tokens) -> heard.add(done + "/" + all + " " + tokens));
        assertThat(heard).containsExactly("1/3 14", "2/3 28", "3/3 42");
    }

    @Test
    void wandaIsForMatricesOfLayers() {
        Mask all = Mask.full(model.base(), Pool.all());
        assertThatThrownBy(() -> mask("wanda", all, 0.9, Scope.GLOBAL))
                .isInstanceOf(LotaException.class)
                .hasMessage("Wanda scores what goes into a layer's matrix, but tensor 'model.embed_tokens.weight'"
                        + " is none; exclude it from the pool.");
    }

    @Test
    void weightsThatAreNotAFiniteNumberAreTold() {
        String name = pool.tensors().firstEntry().getKey();
        try (AdaptedModel broken = AdaptedModel.open(Golden.path("models/llama-tied"))) {
            broken.decoder()
                    .weights()
                    .memory(name)
                    .update(values -> values.setAtIndex(ValueLayout.JAVA_FLOAT, 5, Float.NaN));
            Scoring scoring = new Scoring(broken, pool, Scored.data(Scored.examples()));
            assertThatThrownBy(() -> scoring.mask(new Snip(), 0.9, Scope.GLOBAL, Scored.SILENT))
                    .isInstanceOf(LotaException.class)
                    .hasMessageContaining("the score at index")
                    .hasMessageEndingWith("A weight of the base, or a value in the passes over the data, is so too.");
        }
    }

    private Mask mask(String score, Mask among, double sparsity, Scope scope) {
        return switch (Attributions.of(score)) {
            case Attribution.OfBase base -> base.mask(model.base(), among, sparsity, scope, 0);
            case Attribution.OfRows rows ->
                new Scoring(model, among, Scored.data(Scored.examples())).mask(rows, sparsity, scope, Scored.SILENT);
            case Attribution.OfTraining training -> throw new IllegalArgumentException(score);
        };
    }

    private Map<String, int[]> bits() {
        Map<String, int[]> bits = new TreeMap<>();
        model.decoder()
                .weights()
                .shapes()
                .keySet()
                .forEach(name ->
                        bits.put(name, Host.ints(model.decoder().weights().memory(name))));
        return bits;
    }

    /// Also of tensors outside of layers, whose gradients come in pieces.
    @ParameterizedTest
    @ValueSource(strings = {"snip", "fisher"})
    void sumsInFilesChooseTheSame(String score, @TempDir Path folder) {
        Mask all = Mask.full(model.base(), Pool.all());
        Mask expected = mask(score, all, 0.7, Scope.GLOBAL);
        MemoryPolicy files = MemoryPolicy.KEEP.withState(folder);
        try (AdaptedModel other = AdaptedModel.open(Golden.path("models/llama-tied"), files)) {
            Scoring scoring = new Scoring(other, all, Scored.data(Scored.examples()));
            Mask found = scoring.mask((Attribution.OfRows) Attributions.of(score), 0.7, Scope.GLOBAL, Scored.SILENT);
            assertThat(found.tensors()).isEqualTo(expected.tensors());
            assertThat(found.info()).isEqualTo(expected.info());
        }
        assertThat(folder).isEmptyDirectory();
        var needed = Scoring.memory(model.decoder().config(), files, (Attribution.OfRows) Attributions.of(score), all);
        long table = all.tensor("model.embed_tokens.weight").shape().numel();
        long norm = all.tensor("model.norm.weight").shape().numel();
        assertThat(needed.files()).isEqualTo(4 * (all.poolSize() + table + norm));
    }

    /// What the first rows need and the others do not.
    @Test
    void aDifferenceLeavesOutWhatIsHighestForOtherRows() {
        List<Example> examples = Scored.examples();
        Snip snip = new Snip();
        Mask mine = new Scoring(model, pool, Scored.data(examples.subList(0, 1)))
                .mask(snip, 0.9, Scope.GLOBAL, Scored.SILENT);
        Mask others = new Scoring(model, pool, Scored.data(examples.subList(1, 3)))
                .mask(snip, 0.8, Scope.GLOBAL, Scored.SILENT);
        Mask left = Scoring.difference(mine, others);
        assertThat(left.trainable()).isPositive().isLessThan(mine.trainable());
        assertThat(left.overlap(others).intersection()).isZero();
        assertThat(left.overlap(mine).intersection()).isEqualTo(left.trainable());
        assertThat(left.info().origin())
                .containsEntry("score", "snip")
                .containsEntry("rows", "1")
                .containsEntry("except_rows", "2")
                .containsEntry("except_sparsity", "0.8");
        assertThatThrownBy(() -> Scoring.difference(mine, mine))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("nothing is left");
    }

    @Test
    void aRandomMaskIsThatOfItsSeed() {
        Random random = new Random();
        Mask first = random.mask(model.base(), pool, 0.9, Scope.TENSOR, 5);
        assertThat(first.sha256())
                .isEqualTo(RandomMask.of(model.base(), Pool.standard(), 0.9, Scope.TENSOR, 5)
                        .sha256());
        assertThat(random.mask(model.base(), pool, 0.9, Scope.TENSOR, 6).sha256())
                .isNotEqualTo(first.sha256());
        Mask among = Complement.of(pool, List.of(new Avoided("first", first)));
        for (Scope scope : Scope.values()) {
            // Among all weights it is the mask of the seed, among others it has as many, and none of the first.
            assertThat(RandomMask.of(pool, 0.9, scope, 5).sha256())
                    .isEqualTo(random.mask(model.base(), pool, 0.9, scope, 5).sha256());
            Mask other = random.mask(model.base(), among, 0.7, scope, 5);
            assertThat(other.trainable())
                    .isEqualTo(random.mask(model.base(), pool, 0.7, scope, 5).trainable());
            assertThat(other.overlap(first).intersection()).isZero();
        }
    }

    @Test
    void unknownNamesAreRefusedWithAHint() {
        assertThatThrownBy(() -> Attributions.of("fischer"))
                .isInstanceOf(LotaException.class)
                .hasMessage("No attribution is called 'fischer' (did you mean 'fisher'?); there are delta, loss-change,"
                        + " magnitude, random, snip, wanda, fisher.");
        for (Attribution attribution : Attributions.all()) {
            assertThat(Attributions.of(attribution.name())).isEqualTo(attribution);
            assertThat(attribution.meaning()).isNotBlank();
        }
    }
}
