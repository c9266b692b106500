package io.lota4j.train.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.Golden;
import io.lota4j.LotaException;
import io.lota4j.data.Example;
import io.lota4j.mask.Avoided;
import io.lota4j.mask.Complement;
import io.lota4j.mask.Mask;
import io.lota4j.mask.Pool;
import io.lota4j.mask.RandomMask;
import io.lota4j.mask.Scope;
import io.lota4j.memory.Host;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.train.AdaptedModel;
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
import org.junit.jupiter.params.provider.EnumSource;

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
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DELTA")
    void aMaskIsDisjointFromThoseItAvoids(Score score) {
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
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DELTA")
    void aMaskSaysHowItWasMade(Score score) {
        Mask avoided = RandomMask.of(model.base(), Pool.standard(), 0.9, Scope.GLOBAL, 1);
        Mask among = Complement.of(pool, List.of(new Avoided("a.mask", avoided)));
        Map<String, String> origin =
                mask(score, among, 0.9, Scope.GLOBAL).info().origin();
        assertThat(origin)
                .containsEntry("source", "calibrate")
                .containsEntry("score", score.toString())
                .containsEntry("avoided", "a.mask sha256:" + avoided.sha256())
                .containsEntry("avoided_weights", Long.toString(avoided.trainable()));
        if (score.takesData()) {
            assertThat(origin)
                    .containsEntry("data", "rows.jsonl sha256:00")
                    .containsEntry("rows", "3")
                    .containsEntry("tokens", "42")
                    .containsEntry("scored_tokens", "24")
                    .containsKeys("loss", "jvm", "threads");
        }
    }

    @Test
    void theSameScoresTwiceGiveTheSameMask() {
        for (Score score : List.of(Score.SNIP, Score.WANDA, Score.FISHER)) {
            assertThat(mask(score, pool, 0.9, Scope.GLOBAL).sha256())
                    .isEqualTo(mask(score, pool, 0.9, Scope.GLOBAL).sha256());
        }
    }

    @Test
    void anExampleWithoutAResponseCountsWithScoreZero() {
        Example example = Scored.examples().getFirst();
        Example silent = new Example(1, example.ids(), new boolean[example.length()], 1, "", "");
        String tensor = pool.tensors().firstEntry().getKey();
        float[] one = Scored.of(model, pool, Score.SNIP, List.of(example), tensor);
        float[] two = Scored.of(model, pool, Score.SNIP, List.of(example, silent), tensor);
        for (int i = 0; i < one.length; i++) {
            assertThat(two[i]).isEqualTo(one[i] / 2);
        }
    }

    @Test
    void passesAreHeardOf() {
        List<String> heard = new ArrayList<>();
        new Scoring(model, pool, Scored.data(Scored.examples()))
                .mask(Score.SNIP, 0.9, Scope.GLOBAL, (done, all, tokens) -> heard.add(done + "/" + all + " " + tokens));
        assertThat(heard).containsExactly("1/3 14", "2/3 28", "3/3 42");
    }

    @Test
    void wandaIsForMatricesOfLayers() {
        Mask all = Mask.full(model.base(), Pool.all());
        assertThatThrownBy(() -> mask(Score.WANDA, all, 0.9, Scope.GLOBAL))
                .isInstanceOf(LotaException.class)
                .hasMessage("Wanda scores what goes into a layer's matrix, but tensor `model.embed_tokens.weight`"
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
            assertThatThrownBy(() -> scoring.mask(Score.SNIP, 0.9, Scope.GLOBAL, Scored.SILENT))
                    .isInstanceOf(LotaException.class)
                    .hasMessageContaining("the score at index")
                    .hasMessageEndingWith("A weight of the base, or a value in the passes over the data, is so too.");
        }
    }

    private Mask mask(Score score, Mask among, double sparsity, Scope scope) {
        return score == Score.MAGNITUDE
                ? Scoring.magnitude(model.base(), among, sparsity, scope)
                : new Scoring(model, among, Scored.data(Scored.examples())).mask(score, sparsity, scope, Scored.SILENT);
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
    @EnumSource(names = {"SNIP", "FISHER"})
    void sumsInFilesChooseTheSame(Score score, @TempDir Path folder) {
        Mask all = Mask.full(model.base(), Pool.all());
        Mask expected = mask(score, all, 0.7, Scope.GLOBAL);
        MemoryPolicy files = MemoryPolicy.KEEP.withState(folder);
        try (AdaptedModel other = AdaptedModel.open(Golden.path("models/llama-tied"), files)) {
            Scoring scoring = new Scoring(other, all, Scored.data(Scored.examples()));
            Mask found = scoring.mask(score, 0.7, Scope.GLOBAL, Scored.SILENT);
            assertThat(found.tensors()).isEqualTo(expected.tensors());
            assertThat(found.info()).isEqualTo(expected.info());
        }
        assertThat(folder).isEmptyDirectory();
        var needed = Scoring.memory(model.decoder().config(), files, score, all);
        long table = all.tensor("model.embed_tokens.weight").shape().numel();
        long norm = all.tensor("model.norm.weight").shape().numel();
        assertThat(needed.files()).isEqualTo(4 * (all.poolSize() + table + norm));
    }
}
