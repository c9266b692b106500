package io.lota4j.cli;

import io.lota4j.Calibration;
import io.lota4j.Lota;
import io.lota4j.LotaException;
import io.lota4j.checkpoint.Shape;
import io.lota4j.data.Dataset;
import io.lota4j.data.file.DataFiles;
import io.lota4j.internal.ProcessMemory;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.mask.EnoughWeights;
import io.lota4j.internal.model.Loadable;
import io.lota4j.internal.model.ModelConfig;
import io.lota4j.internal.train.AdaptedModel;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskFile;
import io.lota4j.mask.Scope;
import io.lota4j.mask.Sparsity;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.train.HeldOut;
import io.lota4j.train.MemoryEstimate;
import io.lota4j.train.RunObserver;
import io.lota4j.train.RunState;
import io.lota4j.train.StateFile;
import io.lota4j.train.TrainConfig;
import io.lota4j.train.Training;
import io.lota4j.train.attribution.Attribution;
import io.lota4j.train.attribution.Fisher;
import io.lota4j.train.attribution.FreshRows;
import io.lota4j.train.attribution.GradientShare;
import io.lota4j.train.attribution.Scoring;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Finds a mask by an attribution: what `lota calibrate` and `lota mask choose` share.
@Prints(
        value = {Key.PATH, Key.TRAINABLE, Key.POOL_SIZE, Key.SPARSITY, Key.BYTES},
        sometimes = {
            Key.STEPS,
            Key.FIRST_LOSS,
            Key.LAST_LOSS,
            Key.TOKENS,
            Key.SECONDS,
            Key.HELD_OUT_LOSS,
            Key.GRADIENT_SHARE
        })
abstract class AttributionCommand extends FitCommand<Mask> {
    private static final String EXCEPT = "--except";
    private static final String TOP = "--except-top";
    private static final String GROUP = "--group";
    private static final String SHARE = "--share-rows";

    @Option(
            names = "--sparsity",
            required = true,
            paramLabel = "S",
            converter = Numbers.Fraction.class,
            description = "Frozen share of the pool, a fraction: 0.9 leaves a tenth trainable.")
    private double sparsity;

    @Option(
            names = "--scope",
            paramLabel = "NAME",
            defaultValue = "global",
            description = "Where the largest scores are chosen: global, tensor or row (default: ${DEFAULT-VALUE}).")
    private Scope scope = Scope.GLOBAL;

    @Mixin
    private AvoidOptions avoid = new AvoidOptions();

    @Writes(OutputKind.RESULT)
    @Option(
            names = "--delta-out",
            paramLabel = "D",
            description = "Of a brief fine-tune: also write the dense delta, F32 safetensors.")
    private @Nullable Path deltaOut;

    @Mixin
    private StateDirectory stateDirectory = new StateDirectory();

    @Reads
    @Option(
            names = EXCEPT,
            paramLabel = "F",
            description =
                    "Of an attribution by rows: leave out the weights that are highest for these other rows, which"
                            + " are read as those of --data are. The mask is smaller then.")
    private @Nullable Path except;

    @Option(
            names = TOP,
            paramLabel = "P",
            converter = Numbers.Fraction.class,
            description =
                    "With --except: which share of the pool is left out, the highest (default: as much as the mask"
                            + " has).")
    private @Nullable Double top;

    @Option(
            names = GROUP,
            paramLabel = "N",
            defaultValue = "1",
            converter = Numbers.Count.class,
            description = "Of fisher: square the gradient of the mean loss of N rows at a time, as a batch has it, and"
                    + " not of each row (default: ${DEFAULT-VALUE}). More than 1 take 4 bytes more a weight.")
    private int group;

    @Option(
            names = SHARE,
            paramLabel = "N",
            defaultValue = "" + GradientShare.ROWS,
            converter = Numbers.CountOrNone.class,
            description = "Say how much of the gradient of N rows the mask sees, at best of rows that it was not chosen"
                    + " by (default: ${DEFAULT-VALUE}; 0: do not).")
    private int shareRows;

    /// What is asked for by name.
    abstract Attribution named();

    /// By what weights are chosen.
    private Attribution by() {
        return named() instanceof Fisher ? new Fisher(group) : named();
    }

    /// The option that says so.
    abstract String option();

    @Override
    void checkOptions(OptionRules rules) {
        Attribution by = by();
        if (!(by instanceof Attribution.OfRows)) {
            String none = Text.format("%s %s: it goes through no rows", option(), by.name());
            rules.refuse(EXCEPT, none);
        }
        if (!(by instanceof Fisher)) {
            rules.refuse(GROUP, Text.format("%s %s: it does not take rows in groups", option(), by.name()));
        }
        if (except == null) {
            rules.refuse(TOP, "a choice without " + EXCEPT);
        }
        if (trains()) {
            super.checkOptions(rules);
            return;
        }
        String nothing = Text.format("%s %s: it does not train", option(), by.name());
        boolean drawn = by instanceof Attribution.OfBase base && base.isDrawn();
        rules.refuseMixin("training", nothing, drawn ? Set.of(TrainingOptions.SEED) : Set.of());
        List.of("heldOut", "kernel", "state").forEach(mixin -> rules.refuseMixin(mixin, nothing));
        rules.refuse("--delta-out", nothing);
        if (!keepsByWeight()) {
            rules.refuse(
                    StateDirectory.NAME, Text.format("%s %s: it keeps nothing for each weight", option(), by.name()));
        }
        if (by instanceof Attribution.OfRows) {
            rules.require(DataOptions.REQUIRED);
        } else {
            String alone = Text.format("%s %s: it takes no data", option(), by.name());
            List.of("data", "memory").forEach(mixin -> rules.refuseMixin(mixin, alone));
            rules.refuse(SHARE, alone);
        }
        if (drawn) {
            rules.refuseMixin("avoid", Text.format("%s %s: it is drawn from a whole pool", option(), by.name()));
        }
    }

    /// Whether sums or deltas of single weights are kept, in memory or in files.
    private boolean keepsByWeight() {
        return trains() || (by() instanceof Attribution.OfRows rows && rows.keepsSums());
    }

    @Override
    void check() {
        Sparsity.check(sparsity, "--sparsity");
        if (!trains()) {
            data.refuseWeights(Text.format("%s %s, which takes every row once", option(), by().name()));
        }
        super.check();
        if (sumsSteps() && heldOut.keepsBest()) {
            throw new LotaException(Text.format(
                    "%s %s is summed up over all steps, so the calibration cannot end with the weights of its best"
                            + " step. Keep those of the last step: --keep last.",
                    option(), by().name()));
        }
    }

    @Override
    boolean trains() {
        return by() instanceof Attribution.OfTraining;
    }

    @Override
    MemoryPolicy policy() {
        return stateDirectory.addTo(super.policy());
    }

    private void warn(Function<MemoryPolicy, MemoryEstimate> needed) {
        List<MemoryPolicy> others = keepsByWeight() ? StateDirectory.policies() : MemoryOptions.ALL;
        MemoryOptions.warn(policy(), others, policy -> needed.apply(policy).total(), messages());
    }

    @Override
    int execute(Result result) {
        return switch (by()) {
            case Attribution.OfTraining training -> super.execute(result);
            case Attribution.OfBase base ->
                found(lota -> print(lota.mask(base, calibration(), training.seed()), result));
            case Attribution.OfRows rows ->
                found(lota -> examples(lota, result, (of, examples) -> score(of, examples, rows, result)));
        };
    }

    private int found(ToIntFunction<Lota> work) {
        try (Lota lota = open()) {
            return work.applyAsInt(lota);
        }
    }

    private int score(Lota lota, Dataset examples, Attribution.OfRows by, Result result) {
        Calibration how = calibration();
        Mask among = lota.among(how);
        warn(policy -> predicted(policy, among, by));
        stateDirectory.requireRoom(predicted(policy(), among, by).files(), null, 0, messages());
        Mask mask = new ScoringRun(by, how, messages()).run(lota, examples);
        if (except == null) {
            return print(shared(lota, mask, () -> unseen(lota, examples), result), result);
        }
        Dataset others = data.load(lota, DataFiles.of(except), Dataset.ALL, messages());
        Mask left = new ScoringRun(by, how.sparsity(top == null ? sparsity : Sparsity.leaving(top)), messages())
                .run(lota, others);
        return print(shared(lota, Scoring.difference(mask, left), () -> unseen(lota, examples), result), result);
    }

    /// Rows behind those that were scored, where the user took only the first of a file.
    private FreshRows unseen(Lota lota, Dataset examples) {
        Dataset more = data.more(lota, examples, shareRows);
        return FreshRows.afterFirst(more, examples.examples().size(), 0);
    }

    @Override
    Mask finished(Lota lota, Dataset examples, TrainConfig config, Mask mask, Result result) {
        return shared(lota, mask, () -> FreshRows.after(examples, config), result);
    }

    /// Says how much of the task a mask sees, and has the mask say it. A mask is never lost for it.
    private Mask shared(Lota lota, Mask mask, Supplier<FreshRows> fresh, Result result) {
        if (shareRows == 0) {
            return mask;
        }
        try (StopSignal stop = StopSignal.hold(System.err);
                ProgressBar bar = messages().bar("gradient")) {
            FreshRows rows = fresh.get();
            if (!rows.isFresh()) {
                messages()
                        .tell("lota: no row is left that the mask was not chosen by; what it sees is told of some of"
                                + " these");
            }
            Optional<List<GradientShare>> found =
                    lota.gradientShares(List.of(mask), List.of(), rows.draw(shareRows), bar::tokens, stop);
            bar.close();
            if (found.isEmpty()) {
                messages().tell("lota: stopped; the mask is written, what it sees was not measured");
                return mask;
            }
            GradientShare share = found.get().getFirst();
            result.say(Key.GRADIENT_SHARE, ShareCommand.sentence(share).after("gradient share "));
            return share.noted(mask);
        } catch (LotaException e) {
            messages().warn("what the mask sees could not be measured: " + e.getMessage());
            return mask;
        }
    }

    private int print(Mask mask, Result result) {
        result.say(Rescue.write(out, file -> write(file, mask)));
        return ExitCode.OK;
    }

    private Calibration calibration() {
        return new Calibration(sparsity, scope, pool.pool(), avoid.avoided(), deltaOut);
    }

    @Override
    String name() {
        return "calibrate";
    }

    @Override
    Training<Mask> fit(
            Lota lota,
            Dataset examples,
            TrainConfig config,
            @Nullable HeldOut rows,
            RunObserver observer,
            StateFile file) {
        Calibration how = calibration();
        Mask among = lota.among(how);
        warn(policy -> predicted(policy, config, among));
        MemoryEstimate predicted = predicted(policy(), config, among);
        stateDirectory.requireRoom(predicted.files(), stateFile(), saved(config, among), messages());
        return lota.calibrate((Attribution.OfTraining) by(), examples, how, config, rows, observer, file);
    }

    @Override
    Sentence write(Path file, Mask mask) {
        MaskFile.write(file, mask);
        return ResultLines.mask(file, mask);
    }

    @Override
    DryRun plan() {
        try (Checkpoint base = Checkpoint.open(model.path())) {
            SequencedMap<String, Shape> shapes = pool.pool().select(base.tensors());
            // A fingerprint would take reading the whole base.
            Mask among = avoid.among(Mask.full("", pool.pool().toString(), shapes));
            EnoughWeights.require(among, sparsity, scope);
            long weights = among.poolSize();
            DryRun plan = (takesRows() ? new DryRun().model(loadable(base, among)) : new DryRun().model("model", base))
                    .line("pool", Text.format("%s: %d tensors, %,d weights", pool.pool(), shapes.size(), weights));
            avoid.plan(plan, among);
            work(plan, among);
            return plan.line(
                            "mask",
                            Text.format(
                                    "%,d of %,d weights trainable (sparsity %s, scope %s)",
                                    Sparsity.trainable(weights, sparsity), weights, sparsity, scope))
                    // At most a bit a weight: a denser set of indices is stored as one.
                    .disk(out, weights / Byte.SIZE);
        }
    }

    private boolean takesRows() {
        return !(by() instanceof Attribution.OfBase);
    }

    private static Loadable loadable(Checkpoint base, Mask among) {
        Loadable loaded = Loadable.of(base);
        AdaptedModel.requireTensors(base, loaded.weights().keySet(), among);
        return loaded;
    }

    private MemoryEstimate predicted(MemoryPolicy policy, TrainConfig config, Mask among) {
        return MemoryOptions.estimate(policy, model.path(), config, among.trainable(), among.poolSize())
                .withState(kept(among));
    }

    private void work(DryRun plan, Mask among) {
        if (trains()) {
            int rows = data.rows();
            TrainConfig config = training.config(rows);
            MemoryEstimate predicted = predicted(policy(), config, among);
            plan.training(config, rows, predicted);
            stateDirectory.plan(plan, predicted.files(), stateFile(), saved(config, among));
            heldOut.addTo(plan, config);
            return;
        }
        plan.line("score", Text.format("%s: %s", by().name(), by().meaning()));
        if (by() instanceof Attribution.OfRows by) {
            plan.line("data", Text.format("%,d rows, each gone through once", data.rows()));
            if (except != null) {
                plan.line(
                        "except",
                        Text.format("%,d rows of %s", DataFiles.of(except).count(Dataset.ALL), except));
            }
            MemoryEstimate predicted = predicted(policy(), among, by);
            plan.memory(predicted, "scores and gradients");
            stateDirectory.plan(plan, predicted.files(), null, 0);
        }
    }

    /// Bytes of a stopped run's state.
    private long saved(TrainConfig config, Mask among) {
        return RunState.bytes(config.optimizer(), among.trainable()) + Float.BYTES * kept(among);
    }

    /// F32 values that a calibration keeps beside what it trains.
    private long kept(Mask among) {
        return heldOut.copies(among.trainable()) + (sumsSteps() ? among.trainable() : 0);
    }

    private boolean sumsSteps() {
        return by() instanceof Attribution.OfTraining training && training.sumsSteps();
    }

    private MemoryEstimate predicted(MemoryPolicy policy, Mask among, Attribution.OfRows by) {
        return Scoring.memory(ModelConfig.of(model.path()), policy, by, among);
    }

    /// Finds a mask by a score in front of a user, with a progress line.
    ///
    /// @param messages where messages go
    record ScoringRun(Attribution.OfRows by, Calibration how, Messages messages) {
        Mask run(Lota lota, Dataset data) {
            MemoryEstimate predicted = lota.memory(by, how);
            Mask mask = scored(lota, data);
            ProcessMemory.peak()
                    .ifPresent(peak -> messages.note(Text.format(
                            "peak memory %s, predicted %s",
                            ResultLines.bytes(peak), ResultLines.bytes(predicted.total()))));
            return mask;
        }

        private Mask scored(Lota lota, Dataset data) {
            try (ProgressBar bar = messages.bar(by.name())) {
                return lota.mask(by, data, how, bar::tokens, () -> false).orElseThrow();
            }
        }
    }
}
