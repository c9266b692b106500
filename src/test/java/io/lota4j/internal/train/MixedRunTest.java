package io.lota4j.internal.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.pytorch.engine.PtNDManager;
import io.lota4j.LotaException;
import io.lota4j.data.Dataset;
import io.lota4j.internal.kernel.java.JavaKernel;
import io.lota4j.internal.model.RowWeights;
import io.lota4j.internal.train.Mix.Answers;
import io.lota4j.internal.train.Mix.Loss;
import io.lota4j.internal.train.distill.Divergence;
import io.lota4j.internal.train.lora.LoraJob;
import io.lota4j.mask.Mask;
import io.lota4j.mask.Pool;
import io.lota4j.memory.Host;
import io.lota4j.ticket.Ticket;
import io.lota4j.train.Listener;
import io.lota4j.train.Progress;
import io.lota4j.train.RunState;
import io.lota4j.train.TrainConfig;
import io.lota4j.train.lora.LoraConfig;
import io.lota4j.train.objective.ConstrainedSft;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Rows that are mixed into a run's own.
class MixedRunTest {
    private static final Dataset TASK = Runs.data(2, 7);
    private static final Dataset OLD = Runs.data(5, 6);
    private static final Dataset OLDER = Runs.data(6, 9);
    private static final Mix OWN = mix(Answers.OWN, Loss.KL);

    @TempDir
    private Path folder;

    private static Mix mix(Answers answers, Loss loss) {
        return new Mix(List.of(OLD, OLDER), answers, loss, 2, 5, Set.of(2));
    }

    private static TrainConfig config(long steps) {
        return TrainConfig.of(steps, 1e-2).batchSize(4).seed(7).build();
    }

    private static Mask mask(AdaptedModel model) {
        return Runs.random(model, 0.7, 1);
    }

    /// A small model whose trained values may be moved, and what is compared with its start.
    private static final class Bench implements AutoCloseable {
        private final AdaptedModel model = Runs.model();
        private final PtNDManager scope = model.decoder().torch().scope();
        private final MaskedParameters parameters =
                MaskedParameters.of(model.decoder(), mask(model), Runs.ADAMW, new JavaKernel());
        private final MixRows rows = new MixRows(OWN, config(1), TASK.examples().size());
        private final Distilled distilled;

        private Bench() {
            rows.answer(model.decoder(), (done, all) -> {}, () -> false);
            distilled = new Distilled(model.decoder(), parameters, rows, scope);
        }

        private void move() {
            for (Trainable trainable : parameters.trainables()) {
                float[] values = values(trainable);
                for (int e = 0; e < values.length; e++) {
                    values[e] += 0.05f * (float) Math.sin(e);
                }
                trainable.copyFrom(MemorySegment.ofArray(values));
            }
            parameters.moved();
        }

        private Distilled.Outcome gradients(double factor) {
            parameters.gradients().clear();
            return distilled.gradients(0, factor, parameters.gradients());
        }

        private List<float[]> gradients() {
            return parameters.trainables().stream()
                    .map(trainable -> Host.floats(trainable.gradientMemory()))
                    .toList();
        }

        @Override
        public void close() {
            parameters.close();
            scope.close();
            model.close();
        }
    }

    private static float[] values(Trainable trainable) {
        float[] values = new float[(int) trainable.entries().count()];
        trainable.copyTo(MemorySegment.ofArray(values));
        return values;
    }

    @Test
    void aStartIsNoWayFromItself() {
        try (Bench bench = new Bench()) {
            Distilled.Outcome outcome = bench.gradients(1);
            assertThat(outcome.divergence()).isCloseTo(0, within(1e-6));
            assertThat(outcome.scored()).isPositive();
            for (float[] gradient : bench.gradients()) {
                for (float value : gradient) {
                    assertThat(Math.abs(value)).isLessThan(1e-6f);
                }
            }
        }
    }

    @Test
    void theTeacherLeavesEveryBit() {
        try (Bench bench = new Bench()) {
            Map<String, int[]> start = Runs.bits(bench.model);
            bench.move();
            Map<String, int[]> moved = Runs.bits(bench.model);
            bench.distilled.swap();
            start.forEach((name, bits) ->
                    assertThat(Runs.of(Runs.bits(bench.model), name)).isEqualTo(bits));
            bench.distilled.swap();
            bench.gradients(1);
            moved.forEach((name, bits) ->
                    assertThat(Runs.of(Runs.bits(bench.model), name)).isEqualTo(bits));
            assertThat(Runs.of(moved, bench.parameters.trainables().getFirst().name()))
                    .isNotEqualTo(Runs.of(
                            start, bench.parameters.trainables().getFirst().name()));
        }
    }

    /// Of the 20 largest: small ones drown in the rounding of F32.
    @Test
    void theGradientAgreesWithFiniteDifferences() {
        try (Bench bench = new Bench()) {
            bench.move();
            bench.gradients(1);
            List<float[]> gradients = bench.gradients();
            List<Trainable> trainables = bench.parameters.trainables();
            record Entry(int trainable, int entry, float gradient) {}
            List<Entry> entries = IntStream.range(0, trainables.size())
                    .boxed()
                    .flatMap(t -> IntStream.range(0, gradients.get(t).length)
                            .mapToObj(e -> new Entry(t, e, gradients.get(t)[e])))
                    .sorted(Comparator.comparingDouble(entry -> -Math.abs(entry.gradient())))
                    .limit(20)
                    .toList();
            for (Entry entry : entries) {
                float step = 4e-3f;
                double difference = (moved(bench, trainables.get(entry.trainable()), entry.entry(), step)
                                - moved(bench, trainables.get(entry.trainable()), entry.entry(), -step))
                        / (2 * step);
                assertThat(difference).isCloseTo(entry.gradient(), within(1e-3 * Math.abs(entry.gradient())));
            }
        }
    }

    private static double moved(Bench bench, Trainable trainable, int entry, float by) {
        float[] values = values(trainable);
        float before = values[entry];
        values[entry] += by;
        trainable.copyFrom(MemorySegment.ofArray(values));
        bench.parameters.moved();
        double divergence = bench.gradients(0).divergence();
        values[entry] = before;
        trainable.copyFrom(MemorySegment.ofArray(values));
        bench.parameters.moved();
        return divergence;
    }

    /// `((B - m) task + m KL) / B`, losses and gradients, by hand.
    @Test
    void aStepIsItsTwoParts() {
        try (Bench bench = new Bench()) {
            bench.move();
            TrainConfig config = config(1);
            Samples samples = MixedSamples.of(TASK, config, bench.rows);
            assertThat(samples.microBatch(0)).hasSize(2);
            bench.gradients(1);
            List<float[]> comparison = bench.gradients();
            double divergence = bench.gradients(1).divergence();
            StepRunner alone = new StepRunner(
                    bench.model.decoder(), config, new JavaKernel(), bench.parameters, null, null, null, null);
            double task = alone.gradients(samples, 1).loss();
            List<float[]> own = bench.gradients();
            StepRunner both = new StepRunner(
                    bench.model.decoder(),
                    config,
                    new JavaKernel(),
                    bench.parameters,
                    null,
                    bench.rows,
                    bench.distilled,
                    null);
            StepRunner.Outcome mixed = both.gradients(samples, 1);
            assertThat(divergence).isGreaterThan(1e-3);
            assertThat(mixed.loss()).isCloseTo((2 * task + 2 * divergence) / 4, within(1e-6));
            assertThat(mixed.figures()).containsEntry("mix_kl", divergence);
            List<float[]> found = bench.gradients();
            for (int t = 0; t < found.size(); t++) {
                for (int e = 0; e < found.get(t).length; e++) {
                    assertThat((double) found.get(t)[e])
                            .isCloseTo((2.0 * own.get(t)[e] + 2.0 * comparison.get(t)[e]) / 4, within(1e-6));
                }
            }
        }
    }

    /// What the model expects is compared as one that is opened a second time expects it.
    @Test
    void theTeacherIsTheModelThatTheRunStartedFrom() {
        try (Bench bench = new Bench();
                AdaptedModel start = Runs.model()) {
            bench.move();
            double found = bench.gradients(1).divergence();
            MicroBatch batch = MicroBatch.passes(bench.rows.of(0), 1 << 20).getFirst();
            try (Divergence teacher = Divergence.teacher(start.decoder(), batch.batch())) {
                assertThat(found).isCloseTo(teacher.sum(bench.model.decoder()) / teacher.tokens(), within(1e-6));
            }
        }
    }

    /// Draws are of one source after the other, and go through each before a row comes again.
    @Test
    void everySourceIsDrawnAlike() {
        MixRows rows = new MixRows(mix(Answers.GIVEN, Loss.CE), config(1), 100);
        List<Integer> places = new ArrayList<>();
        for (long step = 0; step < 9; step++) {
            rows.of(step).forEach(sample -> places.add(sample.place() - 100));
        }
        assertThat(places.stream().filter(place -> place < 6)).hasSize(9);
        assertThat(places.stream().filter(place -> place >= 6))
                .containsExactlyInAnyOrder(6, 7, 8, 9, 10, 11, 12, 13, 14);
        MixRows other = new MixRows(
                mix(Answers.GIVEN, Loss.CE), TrainConfig.of(1, 1e-2).seed(8).build(), 100);
        assertThat(IntStream.range(0, 9)
                        .boxed()
                        .flatMap(step -> other.of(step).stream())
                        .map(sample -> sample.place() - 100))
                .isNotEqualTo(places);
    }

    /// Labelled replay: every batch of 4 has 2 of the task, also where an epoch ends, and 2 of the mix.
    @Test
    void labelledRowsAreSamplesOfTheBatch() {
        MixRows rows = new MixRows(
                mix(Answers.GIVEN, Loss.CE), config(1), TASK.examples().size());
        Samples samples = MixedSamples.of(TASK, config(20), rows);
        for (long step = 0; step < 20; step++) {
            List<Sample> batch = samples.microBatch(step);
            assertThat(batch.stream().filter(rows::has)).hasSize(2).isEqualTo(rows.of(step));
            assertThat(batch).hasSize(4);
        }
    }

    /// A constraint is for the task's rows: those that are mixed in count as in plain training, also with answers that
    /// the model gives itself.
    @Test
    void mixedRowsAreNotConstrained() {
        TrainConfig constrained = TrainConfig.of(3, 1e-2)
                .batchSize(4)
                .seed(7)
                .objective(new ConstrainedSft(9, 9, 9, 9, 0))
                .build();
        for (Answers answers : Answers.values()) {
            try (AdaptedModel model = Runs.model()) {
                MixRows rows = new MixRows(
                        mix(answers, Loss.CE), constrained, TASK.examples().size());
                assertThat(rows.isReady() || rows.answer(model.decoder(), (done, all) -> {}, () -> false))
                        .isTrue();
                List<Sample> samples = MixedSamples.of(TASK, constrained, rows).microBatch(0);
                MicroBatch batch = MicroBatch.passes(samples, 1 << 20).getFirst();
                Reference reference = new Reference(
                        "reference",
                        samples.stream().filter(sample -> !rows.has(sample)).toList());
                reference.compute(model.decoder(), (done, all) -> {}, () -> false);
                RowWeights.OfLosses weights = (RowWeights.OfLosses)
                        new Weighing(constrained.objective(), batch, reference, rows::has).weights(1);
                float[] low = new float[batch.scored()];
                float[] found = weights.rule().apply(low);
                for (int at = 0; at < batch.samples().size(); at++) {
                    boolean mixed = rows.has(batch.samples().get(at));
                    for (int token = 0; token < batch.counts()[at]; token++) {
                        assertThat(found[batch.starts()[at] + token] == 1).isEqualTo(mixed);
                    }
                }
                List<Double> shares = new ArrayList<>();
                Job job = Runs.job(model, mask(model), TASK, constrained).mixed(mix(answers, Loss.CE));
                job.run(null, 0, false, told(step -> shares.add(step.figures().get("mix_share"))), () -> false);
                assertThat(shares)
                        .hasSize(3)
                        .allSatisfy(share -> assertThat(share).isBetween(0.1, 0.9));
            }
        }
    }

    private static Listener told(Consumer<Progress> steps) {
        return new Listener() {
            @Override
            public void step(Progress progress) {
                steps.accept(progress);
            }
        };
    }

    private record End(RunState state, Map<String, int[]> bits, int answered) {}

    private End run(Mix mix, boolean resume, int steps) {
        try (AdaptedModel model = Runs.model()) {
            return run(Runs.job(model, mask(model), TASK, config(6)).mixed(mix), resume, steps);
        }
    }

    private End run(TrainingJob job, boolean resume, int steps) {
        AtomicInteger taken = new AtomicInteger();
        AtomicInteger answered = new AtomicInteger();
        Listener listener = new Listener() {
            @Override
            public void step(Progress progress) {
                taken.incrementAndGet();
            }

            @Override
            public void answers(int done, int all) {
                answered.set(done);
            }
        };
        RunState end = job.run(folder.resolve("state"), 0, resume, listener, () -> taken.get() >= steps);
        return new End(end, Runs.bits(job.model()), answered.get());
    }

    @Test
    void aStoppedRunGoesOnBitForBitWithItsAnswers() {
        for (Mix mix : List.of(OWN, mix(Answers.OWN, Loss.CE), mix(Answers.GIVEN, Loss.CE))) {
            End whole = run(mix, false, Integer.MAX_VALUE);
            assertThat(whole.answered()).isEqualTo(mix.answers() == Answers.OWN ? 15 : 0);
            run(mix, false, 2);
            End resumed = run(mix, true, Integer.MAX_VALUE);
            assertThat(resumed.answered()).isZero();
            assertThat(resumed.state().losses()).isEqualTo(whole.state().losses());
            whole.bits()
                    .forEach((name, bits) ->
                            assertThat(Runs.of(resumed.bits(), name)).isEqualTo(bits));
        }
    }

    /// The run ends elsewhere than without the mix, and nearer to its start at the mixed rows.
    @Test
    void aMixKeepsNearToTheStart() {
        try (AdaptedModel model = Runs.model()) {
            MixRows rows = new MixRows(new Mix(List.of(OLD), Answers.OWN, Loss.KL, 3, 5, Set.of(2)), config(1), 0);
            rows.answer(model.decoder(), (done, all) -> {}, () -> false);
            MicroBatch batch = MicroBatch.passes(rows.of(0), 1 << 20).getFirst();
            double[] divergences = Arrays.asList(false, true).stream()
                    .mapToDouble(mixed -> {
                        try (AdaptedModel trained = Runs.model();
                                Divergence teacher = Divergence.teacher(model.decoder(), batch.batch())) {
                            Job job = Runs.job(trained, mask(trained), TASK, config(12));
                            (mixed ? job.mixed(rows.mix()) : job).run(null, 0, false, Runs.SILENT, () -> false);
                            return teacher.sum(trained.decoder());
                        }
                    })
                    .toArray();
            assertThat(divergences[1]).isLessThan(0.7 * divergences[0]);
        }
    }

    @Test
    void anAdapterIsMixedToo() {
        LoraConfig lora = new LoraConfig(2, 4, Pool.standard());
        List<End> ends = new ArrayList<>();
        for (int steps : new int[] {Integer.MAX_VALUE, 2}) {
            try (AdaptedModel model = Runs.model();
                    LoraJob job = adapter(model, lora)) {
                ends.add(run(job, false, steps));
            }
        }
        try (AdaptedModel model = Runs.model();
                LoraJob job = adapter(model, lora)) {
            ends.add(run(job, true, Integer.MAX_VALUE));
        }
        End whole = ends.getFirst();
        assertThat(ends.getLast().answered()).isZero();
        whole.bits()
                .forEach((name, bits) ->
                        assertThat(Runs.of(ends.getLast().bits(), name)).isEqualTo(bits));
        assertThat(whole.state().losses()).isEqualTo(ends.getLast().state().losses());
    }

    private static LoraJob adapter(AdaptedModel model, LoraConfig lora) {
        return new LoraJob(
                model, lora, TASK, config(6), new JavaKernel(), new StartingWeights(model.base(), null), null, OWN);
    }

    @Test
    void answersBelongToTheirPromptsAndSettings() {
        run(OWN, false, 2);
        Mix others = new Mix(List.of(OLD, Runs.data(9, 9)), Answers.OWN, Loss.KL, 2, 5, Set.of(2));
        assertThatThrownBy(() -> run(others, true, 2)).hasMessageContaining("its mixed in 1 is");
        Mix longer = new Mix(List.of(OLD, OLDER), Answers.OWN, Loss.KL, 2, 6, Set.of(2));
        assertThatThrownBy(() -> run(longer, true, 2)).hasMessageContaining("generate 5, this run's is");
    }

    /// What earlier stages left is another model to ask.
    @Test
    void anotherStartGivesAnswersOfItsOwn() {
        Ticket ticket;
        try (AdaptedModel model = Runs.model()) {
            Mask everything = Runs.everything(model);
            Job job = Runs.job(model, everything, Runs.data(8, 4), config(20));
            ticket = job.ticket(job.run(null, 0, false, Runs.SILENT, () -> false));
        }
        run(OWN, false, 2);
        try (AdaptedModel model = Runs.model()) {
            model.add(ticket);
            StartingWeights start = new StartingWeights(model.base(), ticket);
            Job other = new Job(model, mask(model), TASK, config(6), new JavaKernel(), start).mixed(OWN);
            assertThatThrownBy(() -> run(other, true, 2)).hasMessageContaining("its start is");
            assertThat(run(other, false, 2).answered()).isEqualTo(15);
            List<List<Integer>> answers = new ArrayList<>();
            try (AdaptedModel base = Runs.model()) {
                for (AdaptedModel each : List.of(base, model)) {
                    MixRows rows = new MixRows(OWN, config(1), 0);
                    rows.answer(each.decoder(), (done, all) -> {}, () -> false);
                    answers.add(rows.of(0).stream()
                            .flatMap(sample ->
                                    Arrays.stream(sample.example().ids()).boxed())
                            .toList());
                }
            }
            assertThat(answers.getFirst()).isNotEqualTo(answers.getLast());
        }
    }

    @Test
    void whatCannotBeIsRefused() {
        assertThatThrownBy(() -> mix(Answers.GIVEN, Loss.KL))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("take own answers");
        Mix all = new Mix(List.of(OLD), Answers.OWN, Loss.KL, 4, 5, Set.of(2));
        assertThatThrownBy(() -> run(all, false, 1))
                .isInstanceOf(LotaException.class)
                .hasMessageStartingWith("A step has 4 examples, of which 4 would be mixed in");
    }
}
