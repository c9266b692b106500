package io.lota4j.internal.train;

import ai.djl.pytorch.engine.PtNDManager;
import io.lota4j.LotaException;
import io.lota4j.data.Dataset;
import io.lota4j.internal.Text;
import io.lota4j.internal.kernel.MaskedKernel;
import io.lota4j.internal.model.Decoder;
import io.lota4j.internal.model.NotFiniteException;
import io.lota4j.internal.train.Samples.BatchedSamples;
import io.lota4j.internal.train.StepRunner.NotFiniteShard;
import io.lota4j.internal.train.StepRunner.Outcome;
import io.lota4j.mask.Mask;
import io.lota4j.train.HeldOut;
import io.lota4j.train.HeldOutLoss;
import io.lota4j.train.Listener;
import io.lota4j.train.LocalSgd;
import io.lota4j.train.Progress;
import io.lota4j.train.Progress.Phases;
import io.lota4j.train.RemoteShards;
import io.lota4j.train.RunState;
import io.lota4j.train.TrainConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Trains some parameters of a decoder, such as the weights of a mask: those in place, and all others keep their
/// bits.
///
/// Everything it keeps beside the model (gradients, moments) has the parameters' size and is freed by [#close].
public final class Trainer implements AutoCloseable {
    private final TrainConfig config;
    private final Samples samples;
    private final Decoder decoder;
    private final Parameters parameters;
    private final @Nullable Reference reference;
    private final @Nullable MixRows mixed;
    private final PtNDManager kept;
    private final StepRunner runner;
    private final @Nullable LocalRounds rounds;
    private RunState state = RunState.START;
    private @Nullable Saving saving;
    private @Nullable Scoring scoring;
    private @Nullable LossChanges changes;
    private @Nullable Supplier<AdaptedModel> referred;

    /// What scoring a run on held-out rows takes.
    ///
    /// @param best kept where the run ends with it, or null
    /// @param reference of the rows, or null where the objective needs none
    /// @param scope owns the best
    private record Scoring(
            HeldOut rows,
            @Nullable BestValues best,
            @Nullable Reference reference,
            PtNDManager scope) {}

    /// Where a run's state goes.
    ///
    /// @param file written through a temporary name, so that the last good one always stands
    /// @param every steps between two writes; 0: only when the run is stopped
    /// @param identity what the run was started with, compared on resuming
    public record Saving(Path file, long every, Map<String, String> identity) {
        /// @throws LotaException if the steps between two writes are under 0
        public Saving {
            new Ranges().atLeast(0, every, "steps between two states").requireNone();
        }
    }

    /// @param mask the weights to train; an empty tensor in it is skipped
    public Trainer(Decoder decoder, Mask mask, TrainConfig config, Samples samples, MaskedKernel kernel) {
        this(decoder, MaskedParameters.of(decoder, mask, config.optimizer(), kernel), config, samples, kernel, null);
    }

    /// @param parameters to train; closed with the trainer
    /// @param data in the order that the configuration's seed gives it
    public Trainer(Decoder decoder, Parameters parameters, TrainConfig config, Dataset data, MaskedKernel kernel) {
        this(decoder, parameters, config, BatchedSamples.of(data, config), kernel, null);
    }

    /// @param mask the weights to train; an empty tensor in it is skipped
    /// @param mix rows beside those of the data, or null for none
    static Trainer of(
            Decoder decoder, Mask mask, TrainConfig config, Dataset data, MaskedKernel kernel, @Nullable Mix mix) {
        return of(decoder, MaskedParameters.of(decoder, mask, config.optimizer(), kernel), config, data, kernel, mix);
    }

    /// @param parameters to train, with the values of the run's start; closed with the trainer
    /// @param mix rows beside those of the data, or null for none
    public static Trainer of(
            Decoder decoder,
            Parameters parameters,
            TrainConfig config,
            Dataset data,
            MaskedKernel kernel,
            @Nullable Mix mix) {
        if (mix == null) {
            return new Trainer(decoder, parameters, config, data, kernel);
        }
        MixRows rows = new MixRows(mix, config, data.examples().size());
        return new Trainer(decoder, parameters, config, MixedSamples.of(data, config, rows), kernel, rows);
    }

    /// @param mixed that the samples leave room for, or null for none
    private Trainer(
            Decoder decoder,
            Parameters parameters,
            TrainConfig config,
            Samples samples,
            MaskedKernel kernel,
            @Nullable MixRows mixed) {
        this.decoder = decoder;
        this.config = config;
        this.samples = samples;
        this.parameters = parameters;
        this.reference =
                config.objective().needsReference() ? new Reference("reference", referred(config, samples)) : null;
        this.mixed = mixed;
        this.kept = decoder.torch().scope();
        boolean compared = mixed != null && mixed.mix().loss() == Mix.Loss.KL;
        this.runner = new StepRunner(
                decoder,
                config,
                kernel,
                parameters,
                reference,
                mixed,
                mixed != null && compared ? new Distilled(decoder, parameters, mixed, kept) : null,
                ShardFold.isNeeded(config) ? ShardFold.of(decoder, parameters, kernel, kept) : null);
        LocalSgd local = config.local();
        this.rounds = local == null ? null : new LocalRounds(local, config, new Replica(runner, parameters, samples));
    }

    /// The samples whose log-probabilities at the start the objective asks for.
    private static List<Sample> referred(TrainConfig config, Samples samples) {
        boolean task = samples instanceof MixedSamples
                && !config.objective().onMixedRows().needsReference();
        Samples asked = task ? ((MixedSamples) samples).ofData() : samples;
        return asked.of(Math.multiplyExact(config.steps(), config.accumulation()));
    }

    /// Keeps the run's state on disk from now on.
    public Trainer saving(Saving where) {
        this.saving = where;
        return this;
    }

    /// Scores the run on held-out rows from now on. A run with patience may end before its last step.
    public Trainer scoring(HeldOut rows) {
        PtNDManager scope = decoder.torch().scope();
        BestValues best =
                rows.keep() == HeldOut.Keep.BEST ? BestValues.of(parameters.trainables(), decoder, scope) : null;
        Reference ofRows =
                config.objective().needsReference() ? new Reference("reference.held_out", rows.samples()) : null;
        scoring = new Scoring(rows, best, ofRows, scope);
        return this;
    }

    /// Has the shards of every step computed elsewhere from now on.
    Trainer computing(RemoteShards where) {
        if (rounds == null) {
            runner.compute(where);
        } else {
            rounds.compute(where);
        }
        return this;
    }

    /// Has what the objective compares with computed by another model than the one that is
    /// trained.
    ///
    /// @param model opens it; it is closed again before the first step
    Trainer referringTo(Supplier<AdaptedModel> model) {
        referred = model;
        return this;
    }

    /// Sums up what the weights' movements change of the loss from now on; begins with nothing.
    Trainer counting(LossChanges sums) {
        sums.clear();
        changes = sums;
        runner.count(sums);
        return this;
    }

    /// Goes on where the state on disk ends.
    ///
    /// @throws LotaException if there is none or it belongs to another run
    public Trainer resume() {
        Saving where = saving;
        if (where == null || !Files.isRegularFile(where.file())) {
            throw new LotaException("Nothing to resume: there is no run state"
                    + (where == null ? "." : " at " + where.file() + "; start a new run instead."));
        }
        state = RunState.read(where.file(), where.identity(), parameters.trainables(), best(), kept());
        parameters.moved();
        return this;
    }

    /// Runs to the last step, or until `stop` says so after a step, or the thread is interrupted:
    /// then the state is written and can be resumed.
    ///
    /// A finished run that keeps the best weights of its held-out rows ends with those.
    ///
    /// @return the state reached; see [TrainingJob#finished]
    /// @throws LotaException if the loss or the gradient is not finite, weights and state files are then those of
    ///     the step before; or if the last step, or one whose state is due, left trained weights that are not,
    ///     which are then not written
    public RunState run(Listener listener, BooleanSupplier stop) {
        listener.begin(state);
        // An interrupt asks for the same as a watcher does.
        BooleanSupplier asked =
                () -> stop.getAsBoolean() || Thread.currentThread().isInterrupted();
        RisingLoss rising = new RisingLoss(state.losses());
        config.warnings().forEach(listener::warn);
        // A stop may have come before the rows of the last step were scored.
        boolean stopped = !answer(listener, asked) || !refer(listener, asked) || !score(listener, asked);
        double before = state.seconds();
        double seconds = 0;
        while (!stopped && !finished()) {
            long start = System.nanoTime();
            long from = state.step();
            List<Outcome> outcomes = steps(from + 1, asked);
            double each = (System.nanoTime() - start) / 1e9 / Math.max(1, outcomes.size());
            Phases phases = runner.phases().dividedBy(Math.max(1, outcomes.size()));
            for (Outcome outcome : outcomes) {
                seconds += each;
                state = after(outcome, before + seconds);
                if (state.step() == config.steps()) {
                    requireFiniteWeights();
                }
                listener.step(progress(outcome, Double.isNaN(before) ? seconds : before + seconds, phases));
                rising.after(state.step(), outcome.loss()).ifPresent(listener::warn);
            }
            boolean scored = score(listener, asked);
            stopped = outcomes.isEmpty() || !scored || (asked.getAsBoolean() && !finished());
            save(from, stopped);
        }
        if (state.step() == 0) {
            // Stopped before the first step: another run computes the reference and goes on.
            save(0, true);
        }
        if (finished()) {
            keepBest();
            if (state.step() < config.steps()) {
                // After the last step they were looked at before anybody heard of it.
                requireFiniteWeights();
            }
        }
        return state;
    }

    private boolean finished() {
        return HeldOut.finished(scoring == null ? null : scoring.rows(), state, config.steps());
    }

    /// Log-probabilities under the weights that the run starts from: what there is of them.
    private List<Reference> references() {
        return Stream.of(reference, scoring == null ? null : scoring.reference())
                .filter(Objects::nonNull)
                .toList();
    }

    /// Computes what the objective refers to, unless a run before this one has done so.
    ///
    /// @return false if it was stopped before the end
    private boolean refer(Listener listener, BooleanSupplier stop) {
        for (Reference wanted : references()) {
            if (!wanted.isComputed() && !compute(wanted, listener, stop)) {
                return false;
            }
        }
        return true;
    }

    private boolean compute(Reference wanted, Listener listener, BooleanSupplier stop) {
        if (referred == null) {
            return wanted.compute(decoder, listener::reference, stop);
        }
        try (AdaptedModel other = referred.get()) {
            return wanted.compute(other.decoder(), listener::reference, stop);
        }
    }

    /// Has the model that the run starts from answer what is mixed in, unless a run before this one has done so.
    ///
    /// @return false if it was stopped before the end
    private boolean answer(Listener listener, BooleanSupplier stop) {
        return mixed == null || mixed.isReady() || mixed.answer(decoder, listener::answers, stop);
    }

    /// What the state has beside the trained values.
    private List<KeptInState> kept() {
        return Stream.of(
                        references().stream(),
                        Stream.ofNullable(mixed),
                        Stream.ofNullable(changes),
                        Stream.ofNullable(rounds))
                .<KeptInState>flatMap(Function.identity())
                .toList();
    }

    private @Nullable BestValues best() {
        return scoring == null ? null : scoring.best();
    }

    /// Scores the held-out rows, if they are due.
    ///
    /// @return false if it was stopped before the end, which leaves them due
    private boolean score(Listener listener, BooleanSupplier stop) {
        if (scoring == null || !scoring.rows().due(state, config.steps())) {
            return true;
        }
        Optional<HeldOutLoss> loss = scoring.rows()
                .loss(decoder, state.step(), config.objective(), scoring.reference(), listener::scoring, stop);
        if (loss.isEmpty()) {
            return false;
        }
        state = state.scored(loss.get());
        HeldOutLoss last = loss.get();
        if (scoring.best() != null && state.best().orElse(last).equals(last)) {
            scoring.best().take();
        }
        listener.heldOut(last);
        return true;
    }

    /// The weights that a finished run ends with.
    private void keepBest() {
        BestValues best = best();
        if (best != null && state.best().filter(b -> b.step() < state.step()).isPresent()) {
            best.restore();
            parameters.moved();
        }
    }

    private RunState after(Outcome outcome, double seconds) {
        List<Double> losses = new ArrayList<>(state.losses());
        losses.add(outcome.loss());
        return new RunState(
                state.step() + 1,
                losses,
                state.tokens() + outcome.tokens(),
                state.scoredTokens() + outcome.scored(),
                seconds,
                state.heldOut(),
                figures(outcome.figures()));
    }

    /// Those so far with a step's.
    private Map<String, List<Double>> figures(Map<String, Double> told) {
        Map<String, List<Double>> all = new TreeMap<>(state.figures());
        told.keySet().forEach(name -> all.putIfAbsent(name, Collections.nCopies((int) state.step(), Double.NaN)));
        all.replaceAll((name, values) -> {
            List<Double> longer = new ArrayList<>(values);
            longer.add(told.getOrDefault(name, Double.NaN));
            return longer;
        });
        return all;
    }

    private Progress progress(Outcome outcome, double seconds, Phases phases) {
        return new Progress(
                state.step(),
                config.steps(),
                outcome.loss(),
                outcome.norm(),
                config.lr(state.step()),
                state.tokens(),
                state.scoredTokens(),
                seconds,
                phases,
                outcome.figures());
    }

    /// @param from the step that was reached before
    private void save(long from, boolean stopped) {
        Saving where = saving;
        if (where == null) {
            return;
        }
        boolean due = where.every() > 0 && state.step() / where.every() > from / where.every() && !finished();
        if (stopped || due) {
            requireFiniteWeights();
            state.write(where.file(), where.identity(), parameters.trainables(), best(), kept());
        }
    }

    /// Goes one step on, or a round of steps that shards take apart.
    ///
    /// @param from the first step
    /// @return what is told of each step, all finite; none if it was stopped in a round, which is then not begun
    private List<Outcome> steps(long from, BooleanSupplier stop) {
        try {
            if (rounds != null) {
                return rounds.round(from, rounds.steps(from, config.steps()), stop);
            }
            Outcome outcome = runner.gradients(samples, from);
            if (!Double.isFinite(outcome.loss()) || !Double.isFinite(outcome.norm())) {
                throw notFinite(Text.format("Step %d", from), samplesOf(from), outcome.loss(), outcome.norm());
            }
            runner.update(from);
            return List.of(outcome);
        } catch (NotFiniteShard shard) {
            throw notFinite(
                    Text.format("Step %d, shard %d of %d", shard.step(), shard.shard() + 1, config.shards()),
                    StepShards.of(samplesOf(shard.step()), shard.shard(), config.shards()),
                    shard.loss(),
                    shard.norm());
        }
    }

    private List<Sample> samplesOf(long step) {
        List<Sample> taken = new ArrayList<>();
        for (int m = 0; m < config.accumulation(); m++) {
            taken.addAll(samples.microBatch((step - 1) * config.accumulation() + m));
        }
        return taken;
    }

    /// @param where in the run
    /// @param taken there
    private NotFiniteException notFinite(String where, List<Sample> taken, double loss, double norm) {
        String weights = decoder.weights()
                .notFinite()
                .map(name -> Text.format(
                        "Tensor '%s' of the model has values that are NaN or infinite%s. ",
                        name, state.step() == 0 ? " before the first step" : ""))
                .orElse("");
        return new NotFiniteException(Text.format(
                "%s: loss %s, gradient norm %s. %sThe batch holds the data rows %s. "
                        + "%s Start again with a lower learning rate, a warm-up or a tighter clip.",
                where, loss, norm, weights, samples.placesOf(taken), lastGood()));
    }

    /// A step can leave weights that are not finite though its loss and its gradient were: the next one would tell.
    private void requireFiniteWeights() {
        for (Trainable trainable : parameters.trainables()) {
            long broken = trainable.notFinite();
            if (broken > 0) {
                throw new NotFiniteException(Text.format(
                        "Step %d left %,d of the %,d trained values of tensor '%s' NaN or infinite. %s Start again with"
                                + " a lower learning rate (it is %s), a warm-up or a tighter clip.",
                        state.step(),
                        broken,
                        trainable.entries().count(),
                        trainable.name(),
                        lastGood(),
                        SettingsText.number(config.lr())));
            }
        }
    }

    private String lastGood() {
        return saving != null && Files.isRegularFile(saving.file())
                ? "The last good state is kept in " + saving.file() + "."
                : "No state had been written.";
    }

    @Override
    public void close() {
        if (scoring != null) {
            scoring.scope().close();
        }
        kept.close();
        parameters.close();
    }
}
