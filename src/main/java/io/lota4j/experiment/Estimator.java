package io.lota4j.experiment;

import io.lota4j.data.Dataset;
import io.lota4j.data.Example;
import io.lota4j.internal.data.BatchOrder;
import io.lota4j.internal.experiment.GridRun;
import io.lota4j.internal.experiment.Method.Sparse;
import io.lota4j.internal.experiment.RegionUse;
import io.lota4j.internal.experiment.Shrink;
import io.lota4j.internal.experiment.Task;
import io.lota4j.internal.train.Mix;
import io.lota4j.merge.FactorSearch;
import io.lota4j.train.RateSearch;
import io.lota4j.train.attribution.Attribution;
import io.lota4j.train.attribution.GradientShare;
import io.lota4j.train.objective.Objective;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Adds up what a grid has left to do, from rates measured on this machine.
final class Estimator {
    /// Of a ticket that is shrunk: the whole, the start, and the bisection's.
    private static final int SCORINGS = 7;

    private final GridContext context;
    private final MaskChoice choice;
    private final List<GridRun> runs;
    private final Rates rates;
    private final Set<Folder> seen = new HashSet<>();
    private final Set<Folder> ended = new HashSet<>();
    private int stages;
    private int done;
    private long trained;
    private long scored;
    private double seconds;

    Estimator(GridContext context, MaskChoice choice, List<GridRun> runs) {
        this.context = context;
        this.choice = choice;
        this.runs = runs;
        this.rates = new Rates(context);
    }

    Estimate estimate() {
        List<Estimate.Line> lines = new ArrayList<>();
        Results results = new Results(context, choice, runs);
        begin();
        scores(results.base());
        lines.add(line(Results.BASE));
        for (GridRun run : runs) {
            begin();
            for (int stage = 0; stage < run.order().size(); stage++) {
                if (seen.add(StageWork.folder(context, run, stage))) {
                    stage(run, stage);
                }
                Folder end = StageWork.result(context, run, stage);
                if (ended.add(end)) {
                    early(run, stage);
                    int number = stage;
                    run.protection(stage).rewound().ifPresent(this::region);
                    run.protection(stage).shrink().ifPresent(shrink -> shrink(run, number, shrink, end));
                    scores(results.scores(run, stage));
                }
            }
            lines.add(line(run.name()));
        }
        for (GridMerge merge : results.merges()) {
            begin();
            MergeWork work = new MergeWork(context, merge);
            tuning(work);
            scores(results.scores(work));
            lines.add(line(merge.name()));
        }
        return new Estimate(lines, stages, done, rates.all());
    }

    private void begin() {
        trained = 0;
        scored = 0;
        seconds = 0;
    }

    private Estimate.Line line(String name) {
        return new Estimate.Line(name, trained, scored, seconds);
    }

    private void stage(GridRun run, int stage) {
        stages++;
        if (StageWork.folder(context, run, stage).isDone()) {
            done++;
            return;
        }
        StepBudget budget = StepBudget.of(context.experiment(), run, stage);
        Dataset data = context.rows(run, stage);
        run.protection(stage).frozen().ifPresent(this::region);
        if (run.variant(stage).method() instanceof Sparse sparse) {
            Folder folder = choice.folder(run, stage, sparse);
            // One calibration serves every sparsity; other scores are found anew for each.
            boolean shared = sparse.by() instanceof Attribution.OfTraining && !seen.add(folder);
            if (budget.calibration() > 0 && !folder.isDone() && !shared) {
                long each = context.experiment().training().examples();
                reference(context.experiment().unprotected(run, stage), run, stage, budget.calibration(), each);
                train(tokens(data, budget.calibration(), each), rates.dense());
            }
        }
        long examples = context.experiment().training(run.variant(stage)).examples();
        reference(context.experiment().objective(run, stage), run, stage, budget.training(), examples);
        if (ShareWork.measures(run, stage)) {
            train(Math.round(GradientShare.ROWS * mean(data)), rates.dense());
        }
        double rate = rates.training(run.variant(stage));
        if (run.variant(stage).isAuto()) {
            search(run, stage, budget.training(), rate);
        }
        Optional<Mix> mixed = context.mixes().of(run, stage);
        if (mixed.isEmpty()) {
            train(tokens(data, budget.training(), examples), rate);
        } else {
            mixed(data, mixed.get(), budget.training(), examples, rate);
        }
    }

    /// What is asked while a stage is trained; if the training is done it is done again up to there.
    private void early(GridRun run, int stage) {
        EarlyProbes early = new EarlyProbes(context, run, stage);
        asked(early.left());
        List<Long> wanted = early.wanted();
        if (!wanted.isEmpty() && StageWork.folder(context, run, stage).isDone()) {
            long examples = context.experiment().training(run.variant(stage)).examples();
            train(tokens(context.rows(run, stage), wanted.getLast(), examples), rates.training(run.variant(stage)));
        }
    }

    /// At most: the first rate that betters nothing ends it.
    private void search(GridRun run, int stage, long steps, double rate) {
        long examples = context.experiment().training(run.variant(stage)).examples();
        long rows = new RateWork(context, run, stage)
                .rows().examples().stream().mapToLong(Example::length).sum();
        train(RateSearch.RATES.size() * tokens(context.rows(run, stage), RateSearch.stepsOf(steps), examples), rate);
        scored((1 + RateSearch.RATES.size()) * rows, rates.scoring());
    }

    /// Of a step's examples some are the mix's. Own answers are given once, as long as they may be; what they are held
    /// against is one more pass forward each time.
    private void mixed(Dataset data, Mix mix, long steps, long examples, double rate) {
        train(Math.round(mean(data) * BatchOrder.examplesOf(steps, data.epochRows(), examples - mix.perBatch())), rate);
        boolean own = mix.answers() == Mix.Answers.OWN;
        double length = mix.sources().stream()
                .mapToDouble(rows -> rows.examples().stream()
                        .mapToInt(row -> own ? row.promptLength() + mix.generate() : row.allTokens())
                        .average()
                        .orElse(0))
                .average()
                .orElse(0);
        long tokens = Math.round(steps * mix.perBatch() * length);
        train(tokens, rate);
        if (mix.loss() == Mix.Loss.KL) {
            scored(tokens, rates.scoring());
        }
        if (own) {
            List<Example> prompts = mix.sources().stream()
                    .flatMap(rows -> rows.examples().stream())
                    .toList();
            scored(prompts.stream().mapToLong(Example::promptLength).sum(), rates.scoring());
            scored((long) mix.generate() * prompts.size(), rates.generating());
        }
    }

    private void scored(long tokens, double rate) {
        scored += tokens;
        seconds += tokens / rate;
    }

    private static long tokens(Dataset data, long steps, long examples) {
        return Math.round(mean(data) * BatchOrder.examplesOf(steps, data.epochRows(), examples));
    }

    private static double mean(Dataset data) {
        return data.examples().stream().mapToInt(Example::allTokens).average().orElse(0);
    }

    /// An objective that compares with the start scores each example once before the first step.
    private void reference(Objective minimised, GridRun run, int stage, long steps, long examples) {
        if (minimised.needsReference()) {
            Dataset data = context.rows(run, stage);
            long rows = Math.min(
                    BatchOrder.examplesOf(steps, data.epochRows(), examples),
                    data.examples().size());
            long tokens = Math.round(mean(data) * rows);
            scored += tokens;
            seconds += tokens / rates.scoring();
        }
    }

    /// Two passes over rows, once for all runs.
    private void region(RegionUse use) {
        RegionWork work = new RegionWork(context, use.region());
        if (!work.folder().isDone() && seen.add(work.folder())) {
            train(work.tokens(), rates.dense());
        }
    }

    private void train(long tokens, double rate) {
        trained += tokens;
        seconds += tokens / rate;
    }

    private void scores(Scores scores) {
        scores.missing().forEach(this::score);
        asked(scores.probes().left());
        asked(scores.depths().left());
    }

    private void asked(ProbeScores.Load asked) {
        if (asked.read() > 0) {
            scored(asked.read(), rates.scoring());
        }
        if (asked.generated() > 0) {
            scored(asked.generated(), rates.generating());
        }
    }

    private void score(Task task, List<Example> rows) {
        long tokens = rows.stream().mapToLong(Example::length).sum();
        scored += tokens;
        seconds += tokens / rates.scoring();
        if (task.generate() > 0) {
            long generated = (long) task.generate() * rows.size();
            scored += generated;
            seconds += generated / rates.generating();
        }
    }

    /// At most, as below.
    private void tuning(MergeWork work) {
        if (!work.merge().merging().isTuned() || work.folder().isDone()) {
            return;
        }
        for (TaskData task : work.tasks()) {
            for (int scoring = 0; scoring < FactorSearch.MOST; scoring++) {
                score(task.task(), work.validation(task).examples());
            }
        }
    }

    /// At most: a bisection may end one scoring earlier.
    private void shrink(GridRun run, int stage, Shrink shrink, Folder folder) {
        if (folder.isDone()) {
            return;
        }
        Task task = context.experiment().task(run.order().get(stage));
        List<Example> rows = ShrinkWork.rows(context, task.name(), shrink).examples();
        for (int scoring = 0; scoring < SCORINGS; scoring++) {
            score(task, rows);
        }
    }
}
