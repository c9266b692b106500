package io.lota4j.experiment;

import io.lota4j.data.Dataset;
import io.lota4j.eval.Evaluation;
import io.lota4j.experiment.Bench.Opened;
import io.lota4j.internal.Text;
import io.lota4j.internal.eval.Evaluator;
import io.lota4j.internal.experiment.GridRun;
import io.lota4j.internal.experiment.Shrink;
import io.lota4j.internal.experiment.Task;
import io.lota4j.internal.peft.ScaledAdapter;
import io.lota4j.internal.train.Trial;
import io.lota4j.metrics.Figure;
import io.lota4j.ticket.ShrinkRule;
import io.lota4j.ticket.Shrinkage;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import io.lota4j.ticket.Tickets;
import java.nio.file.Files;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Makes what a stage learned no larger than its task needs, on top of what earlier stages left.
///
/// @param bench base and data
/// @param run whose
/// @param number of the stage, from 0
/// @param shrink how
record ShrinkWork(Bench bench, GridRun run, int number, Shrink shrink) {
    /// Where the work lies.
    Folder folder() {
        String label = Text.format(
                "%s-%s-s%d", StageWork.slug(run.variant().method()), run.order().get(number), run.seed());
        return Folder.of(bench.experiment().out().resolve("shrunk"), label, new Identity(bench).result(run, number));
    }

    private Task task() {
        return bench.experiment().task(run.order().get(number));
    }

    /// The rows that decide.
    static Dataset rows(Bench bench, String task, Shrink shrink) {
        return bench.data(task).validation().orElseThrow().first(shrink.rows());
    }

    /// Does what is not done yet.
    ///
    /// @param trained where the stage's training lies
    /// @param trail what the stages before it left
    Folder done(Folder trained, Trail trail) {
        Folder folder = folder();
        if (!folder.isDone()) {
            shrink(trained, trail.ticket().map(TicketFile::read).orElse(null), folder);
        }
        return folder;
    }

    private void shrink(Folder trained, @Nullable Ticket before, Folder folder) {
        folder.begin(new Identity(bench).result(run, number));
        Ticket whole = TicketFile.read(trained.ticket());
        Dataset rows = rows(bench, task().name(), shrink);
        Shrinkage how = found(before, whole, rows, new PartScores(folder.scores()));
        Map<String, String> origin = how.origin(rows.digests(), rows.examples().size());
        Ticket shrunk = Shrinkage.noted(how.alpha() == 1 ? whole : Tickets.between(before, whole, how.alpha()), origin);
        if (Files.isDirectory(trained.adapter())) {
            ScaledAdapter.write(trained.adapter(), how.alpha(), origin, folder.adapter());
        }
        TicketFile.write(folder.ticket(), shrunk);
        Ledger ledger = new Ledger(task().name());
        ledger.add(Figure.ALPHA, how.alpha(), rows.examples().size());
        ledger.add(Figure.DELTA_NORM, shrunk.norm(), shrunk.nnz());
        ledger.add(Figure.RESULT_BYTES, folder.ticket().toFile().length(), 1);
        folder.finish(ledger.metrics());
    }

    private Shrinkage found(@Nullable Ticket before, Ticket whole, Dataset rows, PartScores known) {
        try (Opened opened = bench.open(Optional.empty())) {
            Trial trial = new Trial(opened.model(), Tickets.between(before, whole, 1));
            String what = Text.format("shrink %s of %s", task().name(), run.label());
            Shrinkage how = shrink.rule()
                    .find(
                            task().generate() > 0,
                            (alpha, answers) -> known.of(alpha, answers, () -> {
                                trial.put(Tickets.between(before, whole, alpha));
                                Evaluator evaluator =
                                        bench.evaluator(opened.model(), task(), answers ? task().generate() : 0);
                                return score(evaluator, rows, Text.format("%s, %.0f%% of it", what, 100 * alpha));
                            }));
            try (Stages.Stage shown = bench.stages().begin(what)) {
                how.notices().forEach(notice -> shown.warn(Text.format("%s: %s", what, notice)));
            }
            return how;
        }
    }

    private ShrinkRule.Score score(Evaluator evaluator, Dataset rows, String what) {
        long start = System.nanoTime();
        try (Stages.Stage shown = bench.stages().begin(what)) {
            Evaluation scores = evaluator.run(rows.examples(), (done, all, tokens) -> {
                bench.check();
                shown.at(done, all, tokens / ((System.nanoTime() - start) / 1e9), Double.NaN);
            });
            return new ShrinkRule.Score(scores.loss(), scores.accuracy());
        }
    }
}
