package io.lota4j.cli;

import io.lota4j.Calibration;
import io.lota4j.Lota;
import io.lota4j.Text;
import io.lota4j.checkpoint.Checkpoint;
import io.lota4j.checkpoint.Shape;
import io.lota4j.data.Dataset;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskFile;
import io.lota4j.mask.Room;
import io.lota4j.mask.Scope;
import io.lota4j.mask.Sparsity;
import io.lota4j.model.Loadable;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.model.ModelConfig;
import io.lota4j.train.AdaptedModel;
import io.lota4j.train.HeldOut;
import io.lota4j.train.MemoryEstimate;
import io.lota4j.train.RunState;
import io.lota4j.train.StateFile;
import io.lota4j.train.TrainConfig;
import io.lota4j.train.Training;
import io.lota4j.train.Watch;
import io.lota4j.train.score.Score;
import io.lota4j.train.score.Scoring;
import java.nio.file.Path;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `lota calibrate`: finds a mask, by a brief fine-tune or by another score.
@Command
final class CalibrateCommand extends FitCommand<Mask> {
    @Option(
            names = "--sparsity",
            required = true,
            paramLabel = "S",
            converter = Numbers.Fraction.class,
            description = "Frozen share of the pool, a fraction: 0.9 leaves a tenth trainable.")
    private double sparsity;

    @Option(
            names = "--score",
            paramLabel = "NAME",
            defaultValue = "delta",
            description =
                    "What weights are chosen by: delta, how far a brief fine-tune moves them; magnitude (no data);"
                        + " snip, wanda or fisher, from one pass over each row of --data (default: ${DEFAULT-VALUE}).")
    private Score score = Score.DELTA;

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
            description = "With --score delta: also write the dense delta, F32 safetensors.")
    private @Nullable Path deltaOut;

    @Mixin
    private StateDirectory stateDirectory = new StateDirectory();

    @Override
    void checkOptions(OptionRules rules) {
        if (score.trains()) {
            super.checkOptions(rules);
            return;
        }
        String nothing = Text.format("--score %s: it does not train", score);
        List.of("training", "heldOut", "kernel", "state").forEach(mixin -> rules.refuseMixin(mixin, nothing));
        rules.refuse("--delta-out", nothing);
        if (score == Score.WANDA || score == Score.MAGNITUDE) {
            rules.refuse(StateDirectory.NAME, Text.format("--score %s: it keeps nothing for each weight", score));
        }
        if (score.takesData()) {
            rules.require(DataOptions.REQUIRED);
        } else {
            String alone = Text.format("--score %s: it takes no data", score);
            List.of("data", "memory").forEach(mixin -> rules.refuseMixin(mixin, alone));
        }
    }

    @Override
    void check() {
        Sparsity.check(sparsity, "--sparsity");
        if (!score.trains()) {
            data.refuseWeights("--score " + score + ", which takes every row once");
        }
        super.check();
    }

    @Override
    boolean trains() {
        return score.trains();
    }

    @Override
    MemoryPolicy policy() {
        return stateDirectory.addTo(super.policy());
    }

    private void warn(Function<MemoryPolicy, MemoryEstimate> needed) {
        List<MemoryPolicy> others = score == Score.WANDA ? MemoryOptions.ALL : StateDirectory.policies();
        MemoryOptions.warn(policy(), others, policy -> needed.apply(policy).total(), err());
    }

    @Override
    int execute() {
        return switch (score) {
            case DELTA -> super.execute();
            case MAGNITUDE -> found(lota -> print(lota.magnitudes(calibration())));
            case SNIP, WANDA, FISHER -> found(lota -> examples(lota, this::score));
        };
    }

    private int found(ToIntFunction<Lota> work) {
        try (Lota lota = open()) {
            return work.applyAsInt(lota);
        }
    }

    private int score(Lota lota, Dataset examples) {
        Calibration how = calibration();
        Mask among = lota.among(how);
        warn(policy -> predicted(policy, among));
        stateDirectory.requireRoom(predicted(policy(), among).files(), null, 0, err());
        return print(new ScoringRun(score, how, err()).run(lota, examples));
    }

    private int print(Mask mask) {
        out().println(Rescue.write(out, file -> write(file, mask)));
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
            Lota lota, Dataset examples, TrainConfig config, @Nullable HeldOut rows, Watch watch, StateFile file) {
        Calibration how = calibration();
        Mask among = lota.among(how);
        warn(policy -> predicted(policy, config, among));
        MemoryEstimate predicted = predicted(policy(), config, among);
        stateDirectory.requireRoom(predicted.files(), stateFile(), saved(config, among), err());
        return lota.calibrate(examples, how, config, rows, watch, file);
    }

    @Override
    String write(Path file, Mask mask) {
        MaskFile.write(file, mask);
        return Words.mask(file, mask);
    }

    @Override
    Plan plan() {
        try (Checkpoint base = Checkpoint.open(model.path())) {
            SequencedMap<String, Shape> shapes = pool.pool().select(base.tensors());
            // A fingerprint would take reading the whole base.
            Mask among = avoid.among(Mask.full("", pool.pool().toString(), shapes));
            Room.require(among, sparsity, scope);
            long weights = among.poolSize();
            Plan plan = (score.takesData() ? new Plan().model(loadable(base, among)) : new Plan().model("model", base))
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

    private static Loadable loadable(Checkpoint base, Mask among) {
        Loadable loaded = Loadable.of(base);
        AdaptedModel.requireTensors(base, loaded.weights().keySet(), among);
        return loaded;
    }

    private MemoryEstimate predicted(MemoryPolicy policy, TrainConfig config, Mask among) {
        return MemoryOptions.estimate(policy, model.path(), config, among.trainable(), among.poolSize())
                .withState(heldOut.copies(among.trainable()));
    }

    private void work(Plan plan, Mask among) {
        if (score.trains()) {
            int rows = data.rows();
            TrainConfig config = training.config(rows);
            MemoryEstimate predicted = predicted(policy(), config, among);
            plan.training(config, rows, predicted);
            stateDirectory.plan(plan, predicted.files(), stateFile(), saved(config, among));
            heldOut.addTo(plan, config);
            return;
        }
        plan.line("score", score.toString());
        if (score.takesData()) {
            plan.line("data", Text.format("%,d rows, each gone through once", data.rows()));
            MemoryEstimate predicted = predicted(policy(), among);
            plan.memory(predicted, "scores and gradients");
            stateDirectory.plan(plan, predicted.files(), null, 0);
        }
    }

    /// Bytes of a stopped run's state.
    private long saved(TrainConfig config, Mask among) {
        return RunState.bytes(config.optimizer(), among.trainable()) + Float.BYTES * heldOut.copies(among.trainable());
    }

    private MemoryEstimate predicted(MemoryPolicy policy, Mask among) {
        return Scoring.memory(ModelConfig.of(model.path()), policy, score, among);
    }
}
