package io.lota4j.cli;

import io.lota4j.checkpoint.Checkpoint;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.SafetensorsWriter;
import io.lota4j.checkpoint.Shape;
import io.lota4j.checkpoint.TensorSource;
import io.lota4j.mask.DeltaSource;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskFile;
import io.lota4j.mask.Room;
import io.lota4j.mask.Scope;
import io.lota4j.mask.Sparsity;
import io.lota4j.model.ModelConfig;
import io.lota4j.train.AdaptedModel;
import io.lota4j.train.Job;
import io.lota4j.train.RunState;
import io.lota4j.train.TrainConfig;
import io.lota4j.train.score.Score;
import io.lota4j.train.score.Scoring;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `lota calibrate`: finds a mask, by a brief fine-tune or by another score.
@Command
final class CalibrateCommand extends FitCommand {
    @Option(
            names = "--sparsity",
            required = true,
            paramLabel = "S",
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

    @Option(
            names = "--delta-out",
            paramLabel = "D",
            description = "With --score delta: also write the dense delta, F32 safetensors.")
    private @Nullable Path deltaOut;

    @Override
    void checkOptions(OptionRules rules) {
        if (score.trains()) {
            super.checkOptions(rules);
            return;
        }
        String nothing = "--score %s, which trains nothing".formatted(score);
        List.of("training", "kernel", "state").forEach(mixin -> rules.refuseMixin(mixin, nothing));
        rules.refuse("--delta-out", nothing);
        if (score.takesData()) {
            rules.require(DataOptions.REQUIRED);
        } else {
            String alone = "--score %s, which takes no data".formatted(score);
            List.of("data", "memory").forEach(mixin -> rules.refuseMixin(mixin, alone));
        }
    }

    @Override
    void check() {
        Sparsity.check(sparsity, "--sparsity");
        super.check();
        Outputs.check(deltaOut);
    }

    @Override
    int execute() {
        return switch (score) {
            case DELTA -> super.execute();
            case MAGNITUDE -> magnitude();
            case SNIP, WANDA, FISHER ->
                examples((adapted, examples) -> {
                    ScoringRun run = new ScoringRun(score, sparsity, scope, err());
                    return write(run.run(adapted, among(adapted.base()), examples));
                });
        };
    }

    private int magnitude() {
        try (Checkpoint base = Checkpoint.open(model)) {
            return write(Scoring.magnitude(base, among(base), sparsity, scope));
        }
    }

    private int write(Mask mask) {
        MaskFile.write(out, mask);
        out().println(Words.mask(out, mask));
        return ExitCode.OK;
    }

    @Override
    String name() {
        return "calibrate";
    }

    @Override
    Mask mask(AdaptedModel adapted) {
        return among(adapted.base());
    }

    /// The weights to choose from, enough of them.
    private Mask among(Checkpoint base) {
        return enough(avoid.among(everything(base)));
    }

    private Mask enough(Mask among) {
        Room.require(among, sparsity, scope);
        return among;
    }

    @Override
    String result(Job job, RunState end) {
        Mask mask = job.calibrated(end, sparsity, scope);
        writeDelta(job.deltas(), mask.info().origin());
        MaskFile.write(out, mask);
        return Words.mask(out, mask);
    }

    private void writeDelta(DeltaSource deltas, Map<String, String> origin) {
        if (deltaOut != null) {
            List<TensorSource> tensors = deltas.tensors().entrySet().stream()
                    .map(e -> new TensorSource(
                            e.getKey(),
                            DType.F32,
                            e.getValue(),
                            target -> MemorySegment.copy(deltas.delta(e.getKey()), 0, target, 0, target.byteSize())))
                    .toList();
            SafetensorsWriter.write(deltaOut, origin, tensors);
        }
    }

    @Override
    Plan plan() {
        try (Checkpoint base = Checkpoint.open(model)) {
            SequencedMap<String, Shape> shapes = pool.pool().select(base.tensors());
            // A fingerprint would take reading the whole base.
            Mask among = enough(avoid.among(Mask.full("", pool.pool().toString(), shapes)));
            long weights = among.poolSize();
            Plan plan = new Plan()
                    .model("model", base)
                    .line("pool", "%s: %d tensors, %,d weights".formatted(pool.pool(), shapes.size(), weights));
            avoid.plan(plan, among);
            work(plan, base, among);
            return plan.line(
                            "mask",
                            "%,d of %,d weights trainable (sparsity %s, scope %s)"
                                    .formatted(Sparsity.trainable(weights, sparsity), weights, sparsity, scope))
                    // At most a bit a weight: a denser set of indices is stored as one.
                    .disk(out, weights / Byte.SIZE);
        }
    }

    private void work(Plan plan, Checkpoint base, Mask among) {
        if (score.trains()) {
            int rows = data.rows();
            TrainConfig config = training.config(rows);
            plan.training(config, rows, memory.estimate(base, config, among.trainable(), among.poolSize()));
            return;
        }
        plan.line("score", score.toString());
        if (score.takesData()) {
            plan.line("data", "%,d rows, a pass for each".formatted(data.rows()));
            plan.memory(
                    Scoring.memory(ModelConfig.of(base.directory()), memory.policy(), score, among),
                    "scores and gradients");
        }
    }
}
