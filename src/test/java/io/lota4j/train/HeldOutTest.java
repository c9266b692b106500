package io.lota4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.LotaException;
import io.lota4j.data.Dataset;
import io.lota4j.internal.kernel.java.JavaKernel;
import io.lota4j.internal.model.PackedBatch;
import io.lota4j.internal.train.AdaptedModel;
import io.lota4j.internal.train.Job;
import io.lota4j.internal.train.Runs;
import io.lota4j.internal.train.StartingWeights;
import io.lota4j.internal.train.lora.LoraJob;
import io.lota4j.mask.Pool;
import io.lota4j.train.HeldOut.Keep;
import io.lota4j.train.lora.LoraConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeldOutTest {
    private static final int STEPS = 8;
    /// Random rows: what is learned of some says nothing of others, so that the loss of these soon rises.
    private static final Dataset DATA = Runs.data(2, 4);

    private static final Dataset OTHERS = Runs.data(11, 5);
    private static final TrainConfig CONFIG = Runs.plain(STEPS, Runs.ADAMW, 0.02, 4, 1);

    @TempDir
    Path folder;

    /// What a run leaves: its state and every weight's bits.
    private record End(RunState state, Map<String, int[]> bits, boolean finished) {}

    @Test
    void theBestStepsWeightsAreKept() {
        End end = run(new HeldOut(OTHERS, 1));
        HeldOutLoss best = end.state().best().orElseThrow();
        assertThat(end.state().heldOut()).extracting(HeldOutLoss::step).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
        assertThat(best.step()).isBetween(1L, STEPS - 1L);
        assertThat(end.state().step()).isEqualTo(STEPS);
        assertThat(end.bits())
                .usingRecursiveComparison()
                .isEqualTo(shorter(best.step()).bits());
        assertThat(best.loss()).isCloseTo(lossAfter(best.step()), within(1e-12));
    }

    @Test
    void theLastStepsWeightsAreThoseOfARunThatIsNotScored() {
        End end = run(new HeldOut(OTHERS, 3, Keep.LAST, 0));
        assertThat(end.state().heldOut()).extracting(HeldOutLoss::step).containsExactly(3L, 6L, 8L);
        assertThat(end.bits())
                .usingRecursiveComparison()
                .isEqualTo(shorter(STEPS).bits());
    }

    @Test
    void patienceEndsARunEarly() {
        long best = run(new HeldOut(OTHERS, 1)).state().best().orElseThrow().step();
        End end = run(new HeldOut(OTHERS, 1, Keep.BEST, 1));
        assertThat(end.finished()).isTrue();
        assertThat(end.state().step()).isEqualTo(best + 1).isLessThan(STEPS);
        assertThat(end.bits())
                .usingRecursiveComparison()
                .isEqualTo(shorter(best).bits());
    }

    /// Stopped once after every step, and once between the parts of every score: nothing is scored twice or not at all.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aStoppedRunGoesOnBitForBit(boolean patient) {
        HeldOut rows = new HeldOut(OTHERS, 2, Keep.BEST, patient ? 1 : 0);
        End whole = run(rows);
        int pieces = 0;
        End end;
        do {
            int[] asked = {2};
            end = run(rows, pieces > 0, Runs.SILENT, () -> asked[0]-- == 0);
            pieces++;
            assertThat(pieces).isLessThan(100);
        } while (!end.finished());
        assertThat(pieces).isGreaterThan(1);
        assertThat(end.state())
                .usingRecursiveComparison()
                .ignoringFields("seconds")
                .isEqualTo(whole.state());
        assertThat(end.bits()).usingRecursiveComparison().isEqualTo(whole.bits());
    }

    @Test
    void aStateGoesOnOnlyWithItsRows() {
        int[] asked = {3};
        run(new HeldOut(OTHERS, 2), false, Runs.SILENT, () -> asked[0]-- == 0);
        for (@Nullable
        HeldOut other : new HeldOut[] {
            new HeldOut(Runs.data(12, 5), 2), new HeldOut(OTHERS, 3), new HeldOut(OTHERS, 2, Keep.LAST, 0)
        }) {
            assertThatThrownBy(() -> run(other, true, Runs.SILENT, () -> false))
                    .isInstanceOf(LotaException.class)
                    .hasMessageContaining("this state belongs to another run: its held_out");
        }
    }

    @Test
    void rowsThatAreTrainedOnAreTold() {
        List<String> warnings = new ArrayList<>();
        run(new HeldOut(DATA, 4), false, warnings(warnings), () -> false);
        assertThat(warnings)
                .containsExactly("4 of the 4 held-out rows are trained on as well: their loss does not tell how the"
                        + " result does on new rows.");
        warnings.clear();
        run(new HeldOut(OTHERS, 4), false, warnings(warnings), () -> false);
        assertThat(warnings).isEmpty();
    }

    private static Listener warnings(List<String> told) {
        return new Listener() {
            @Override
            public void step(Progress progress) {}

            @Override
            public void warn(String sentence) {
                told.add(sentence);
            }
        };
    }

    @Test
    void scoresAndTheirProgressAreHeardOf() {
        List<String> heard = new ArrayList<>();
        run(
                new HeldOut(OTHERS, 4),
                false,
                new Listener() {
                    @Override
                    public void step(Progress progress) {
                        heard.add("step " + progress.step());
                    }

                    @Override
                    public void scoring(int done, int all) {
                        heard.add(done + " of " + all);
                    }

                    @Override
                    public void heldOut(HeldOutLoss score) {
                        heard.add("scored " + score.step());
                    }
                },
                () -> false);
        assertThat(heard.subList(3, 7)).containsExactly("step 4", "5 of 5", "scored 4", "step 5");
        assertThat(heard).endsWith("step 8", "5 of 5", "scored 8");
    }

    @Test
    void theResultSaysWhatChoseIt() {
        HeldOut rows = new HeldOut(OTHERS, 1);
        try (AdaptedModel model = Runs.model()) {
            Job job = Runs.job(model, Runs.everything(model), DATA, CONFIG).scoredOn(rows);
            RunState end = job.run(null, 0, false, Runs.SILENT, () -> false);
            HeldOutLoss best = end.best().orElseThrow();
            assertThat(job.provenance("train", end))
                    .containsEntry("steps", "8")
                    .containsEntry("kept_step", Long.toString(best.step()))
                    .containsEntry("held_out_loss", Double.toString(best.loss()))
                    .containsEntry("held_out_rows", "5")
                    .containsEntry("held_out_data", "rows.jsonl sha256:00");
            assertThat(job.memory().state())
                    .isEqualTo(job.scoredOn(null).memory().state()
                            + Float.BYTES * job.mask().trainable());
        }
    }

    @Test
    void lowRankFactorsAreKeptAsWell() {
        TrainConfig config = Runs.plain(STEPS, Runs.ADAMW, 1, 4, 1);
        RunState end = lora(config, new HeldOut(OTHERS, 1), null);
        long best = end.best().orElseThrow().step();
        assertThat(best).isBetween(1L, STEPS - 1L);
        Map<String, int[]> kept = new TreeMap<>();
        lora(config, new HeldOut(OTHERS, 1), kept);
        Map<String, int[]> shorter = new TreeMap<>();
        lora(Runs.plain(best, Runs.ADAMW, 1, 4, 1), null, shorter);
        assertThat(kept).usingRecursiveComparison().isEqualTo(shorter);
    }

    private static RunState lora(TrainConfig config, @Nullable HeldOut rows, @Nullable Map<String, int[]> bits) {
        try (AdaptedModel model = Runs.model();
                LoraJob job = new LoraJob(
                        model,
                        new LoraConfig(4, 8, Pool.standard()),
                        DATA,
                        config,
                        new JavaKernel(),
                        new StartingWeights(model.base(), null),
                        rows)) {
            RunState end = job.run(null, 0, false, Runs.SILENT, () -> false);
            if (bits != null) {
                bits.putAll(Runs.bits(model));
            }
            return end;
        }
    }

    @Test
    void settingsAreInTheirRanges() {
        assertThatThrownBy(() -> new HeldOut(OTHERS, 0, Keep.BEST, -1))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("steps between two scores of the held-out rows")
                .hasMessageContaining("patience");
    }

    private End shorter(long steps) {
        try (AdaptedModel model = Runs.model()) {
            TrainConfig config = Runs.plain(steps, Runs.ADAMW, 0.02, 4, 1);
            RunState end = Runs.run(model, Runs.random(model, 0.5, 1), DATA, config);
            return new End(end, Runs.bits(model), true);
        }
    }

    private double lossAfter(long steps) {
        try (AdaptedModel model = Runs.model()) {
            Runs.run(model, Runs.random(model, 0.5, 1), DATA, Runs.plain(steps, Runs.ADAMW, 0.02, 4, 1));
            PackedBatch all = PackedBatch.of(OTHERS.examples().stream()
                    .map(e -> new PackedBatch.Sequence(e.ids(), e.labelled()))
                    .toList());
            return model.decoder().losses(all).sum() / all.targetPositions().length;
        }
    }

    private End run(HeldOut rows) {
        try (AdaptedModel model = Runs.model()) {
            Job job = Runs.job(model, Runs.random(model, 0.5, 1), DATA, CONFIG).scoredOn(rows);
            RunState end = job.run(null, 0, false, Runs.SILENT, () -> false);
            return new End(end, Runs.bits(model), job.finished(end));
        }
    }

    private End run(@Nullable HeldOut rows, boolean resume, Listener listener, BooleanSupplier stop) {
        try (AdaptedModel model = Runs.model()) {
            Job job = Runs.job(model, Runs.random(model, 0.5, 1), DATA, CONFIG).scoredOn(rows);
            RunState end = job.run(folder.resolve("state"), 0, resume, listener, stop);
            return new End(end, Runs.bits(model), job.finished(end));
        }
    }
}
