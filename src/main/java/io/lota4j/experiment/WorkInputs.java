package io.lota4j.experiment;

import io.lota4j.data.Dataset;
import io.lota4j.experiment.InputDigest.Digest;
import io.lota4j.internal.experiment.Constraint;
import io.lota4j.internal.experiment.Experiment;
import io.lota4j.internal.experiment.GridRun;
import io.lota4j.internal.experiment.Method.Full;
import io.lota4j.internal.experiment.Method.Lora;
import io.lota4j.internal.experiment.Method.Sparse;
import io.lota4j.internal.experiment.RegionUse;
import io.lota4j.internal.experiment.Shrink;
import io.lota4j.internal.experiment.Task;
import io.lota4j.internal.experiment.Variant;
import io.lota4j.internal.train.Mix;
import io.lota4j.internal.train.Provenance;
import io.lota4j.internal.train.Recovery;
import io.lota4j.internal.train.SettingsText;
import io.lota4j.train.RateSearch;
import io.lota4j.train.TrainConfig;
import io.lota4j.train.attribution.Attribution;
import io.lota4j.train.objective.Sft;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// What decides the outcome of each piece of a grid. Runs that begin alike share their pieces: the same inputs have
/// the same digest, and work that is done is not done again.
///
/// @param context base and data
record WorkInputs(GridContext context) {
    /// Digest of what a stage starts from: the base, or the stage before it.
    private Digest before(GridRun run, int stage) {
        return stage == 0
                ? Digest.of(context.fingerprint())
                : result(run, stage - 1).digest();
    }

    /// Of a stage's training.
    InputDigest stage(GridRun run, int stage) {
        Experiment experiment = context.experiment();
        Digest before = before(run, stage);
        InputDigest inputs = frozen(
                referred(
                        mixed(trained(work("train", run, stage, before), run, stage, config(run, stage)), run, stage),
                        run,
                        stage),
                run,
                stage);
        inputs = found(inputs, run, stage);
        return switch (run.variant(stage).method()) {
            case Full(var pool) -> inputs.with("method", "full").with("pool", pool.toString());
            case Lora lora ->
                inputs.with("method", "lora " + text(lora), EarlierTexts.of(lora))
                        .with("pool", experiment.pool().toString());
            case Sparse sparse ->
                inputs.with("method", "masked")
                        .with("mask", choice(run, stage, sparse, before).digest())
                        .with("sparsity", sparse.sparsity());
        };
    }

    /// What the objective compares with, where that is not the stage's start.
    private static InputDigest referred(InputDigest inputs, GridRun run, int stage) {
        return isReferredToBase(run, stage) ? inputs.with("reference", "base") : inputs;
    }

    /// Whether a stage of a run compares with the base.
    static boolean isReferredToBase(GridRun run, int stage) {
        return run.protection(stage)
                .constraint()
                .filter(constraint -> constraint.reference() == Constraint.Reference.BASE)
                .isPresent();
    }

    /// What decides a rate that is found, beside what decides the stage.
    private InputDigest found(InputDigest inputs, GridRun run, int stage) {
        return run.variant(stage).isAuto()
                ? inputs.with("rate", "found among " + RateSearch.RATES)
                        .with("rate rows", context.digest(new RateWork(context, run, stage).rows()))
                : inputs;
    }

    private InputDigest frozen(InputDigest inputs, GridRun run, int stage) {
        return run.protection(stage)
                .frozen()
                .map(region -> region(inputs.with("frozen", regions(region).digest()), region, run))
                .orElse(inputs);
    }

    /// As many weights by chance are others for every seed.
    private static InputDigest region(InputDigest inputs, RegionUse region, GridRun run) {
        return region.random() ? inputs.with("by chance", run.seed()) : inputs;
    }

    private InputDigest regions(RegionUse use) {
        return new RegionWork(context, use.region()).inputs();
    }

    /// A stage that nothing is mixed into is the same as without the protection.
    private InputDigest mixed(InputDigest inputs, GridRun run, int stage) {
        Optional<Mix> mix = context.mixes().of(run, stage);
        if (mix.isEmpty()) {
            return inputs;
        }
        InputDigest mixed = inputs.with("mix", mix.get().text());
        List<Dataset> sources = mix.get().sources();
        for (int source = 0; source < sources.size(); source++) {
            mixed = mixed.with("mix rows " + (source + 1), context.digest(sources.get(source)));
        }
        Recovery recovery = mix.get().recovery();
        if (recovery != null) {
            mixed = mixed.with("mix recovery", Provenance.digest(recovery.complying()));
        }
        return mix.get().answers() == Mix.Answers.OWN
                ? mixed.with(
                        "mix stop",
                        Scores.stop(
                                context, context.experiment().task(run.order().get(stage))))
                : mixed;
    }

    /// Of what a stage ends with, and the next one starts from: its training, or what was made of that.
    InputDigest result(GridRun run, int stage) {
        InputDigest kept = kept(run, stage);
        return run.protection(stage)
                .shrink()
                .map(shrink -> shrunk(run, stage, shrink, kept))
                .orElse(kept);
    }

    /// Of what merges take of a stage: its training, or that without its changes of a region.
    InputDigest kept(GridRun run, int stage) {
        InputDigest trained = stage(run, stage);
        return run.protection(stage)
                .rewound()
                .map(region -> region(
                        InputDigest.of("rewind")
                                .with("stage", trained.digest())
                                .with("region", regions(region).digest()),
                        region,
                        run))
                .orElse(trained);
    }

    private InputDigest shrunk(GridRun run, int stage, Shrink shrink, InputDigest trained) {
        Task task = context.experiment().task(run.order().get(stage));
        InputDigest inputs = InputDigest.of("shrink")
                .with("stage", trained.digest())
                .with("task", task.name())
                .with("rows", context.digest(ShrinkWork.rows(context, task.name(), shrink)))
                .with("tolerance", shrink.rule().tolerance())
                .with("margin", shrink.rule().margin())
                .with("stop", Scores.stop(context, task))
                .with("generate", task.generate())
                .with("answer", String.valueOf(task.answer()));
        // Before answers were held against the start's and a guess, they decided more often.
        return task.generate() > 0 ? inputs.with("answers decide", "if over start and guess") : inputs;
    }

    private static InputDigest settings(InputDigest inputs, TrainConfig config) {
        boolean known = config.objective().equals(new Sft()) && config.shards() == 1;
        return inputs.with("settings", config.text(), known ? EarlierTexts.of(config) : config.text());
    }

    private static String text(Lora lora) {
        return new SettingsText()
                .with("rank", Integer.toString(lora.rank()))
                .with("alpha", SettingsText.number(lora.alpha()))
                .text();
    }

    /// Of the choice of a mask, but for its sparsity: one calibration serves several.
    InputDigest choice(GridRun run, int stage, Sparse sparse) {
        return choice(run, stage, sparse, before(run, stage));
    }

    private InputDigest choice(GridRun run, int stage, Sparse sparse, Digest before) {
        InputDigest inputs = work("choose", run, stage, before)
                .with("choice", sparse.by().name().toUpperCase(Locale.ROOT))
                .with("scope", sparse.scope().toString())
                .with("pool", context.experiment().pool().toString())
                // The first stage has nothing to avoid: LoTTO begins as LoTA does.
                .with("disjoint", sparse.disjoint() && stage > 0);
        inputs = frozen(inputs, run, stage);
        if (stage == 0 && !run.beside().isEmpty()) {
            // The last one beside it avoids those before it, and says so.
            GridRun last = run.runsBeside().getLast();
            inputs = inputs.with("avoided", choice(last, 0, sparse).digest()).with("sparsity", sparse.sparsity());
        }
        return switch (sparse.by()) {
            case Attribution.OfTraining training -> trained(inputs, run, stage, calibration(run, stage, sparse));
            case Attribution.OfBase base -> base.isDrawn() ? inputs.with("seed", run.seed()) : inputs;
            case Attribution.OfRows rows -> {
                InputDigest taken = inputs.with("rows", sparse.effort().rows());
                // Single rows have the digest of earlier versions.
                yield rows.group() > 1 ? taken.with("group", rows.group()) : taken;
            }
        };
    }

    private InputDigest work(String work, GridRun run, int stage, Digest before) {
        Task task = context.experiment().task(run.order().get(stage));
        return InputDigest.of(work)
                .with("start", before)
                .with("task", task.name())
                .with("rows", context.digest(data(run, stage)));
    }

    /// Settings, and whether epochs end short: where none does, the digest is that of earlier versions.
    private InputDigest trained(InputDigest inputs, GridRun run, int stage, TrainConfig config) {
        Map<String, String> order = new LinkedHashMap<>();
        config.addOrderTo(order, data(run, stage));
        InputDigest trained = settings(inputs, config);
        for (Map.Entry<String, String> entry : order.entrySet()) {
            trained = trained.with(entry.getKey(), entry.getValue());
        }
        return trained;
    }

    private Dataset data(GridRun run, int stage) {
        return context.rows(run, stage);
    }

    /// The settings of a stage's training; of a rate that is found, [RateWork] says which.
    TrainConfig config(GridRun run, int stage) {
        Experiment experiment = context.experiment();
        long steps = StepBudget.of(experiment, run, stage).training();
        Variant variant = run.variant(stage);
        return experiment.training(variant).config(steps, rate(variant), run.seed(), experiment.objective(run, stage));
    }

    /// The lowest that is tried where it is still to be found.
    private static double rate(Variant variant) {
        return variant.isAuto() ? RateSearch.RATES.getFirst() : variant.lr();
    }

    TrainConfig calibration(GridRun run, int stage, Sparse sparse) {
        Experiment experiment = context.experiment();
        return experiment.training().calibration(sparse.effort(), run.seed(), experiment.unprotected(run, stage));
    }

    /// What a mask's generator starts from: another mask for every stage.
    static long randomSeed(GridRun run, int stage) {
        return run.seed() * 31 + stage;
    }
}
