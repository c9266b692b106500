package io.lota4j.experiment;

import io.lota4j.data.Dataset;
import io.lota4j.experiment.GridContext.Opened;
import io.lota4j.internal.Text;
import io.lota4j.internal.eval.Evaluator;
import io.lota4j.internal.experiment.GridRun;
import io.lota4j.internal.experiment.KeptScores;
import io.lota4j.internal.experiment.Shrink;
import io.lota4j.internal.experiment.Task;
import io.lota4j.internal.experiment.TicketParts;
import io.lota4j.internal.peft.ScaledAdapter;
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
/// @param context base and data
/// @param run whose
/// @param number of the stage, from 0
/// @param shrink how
record ShrinkWork(GridContext context, GridRun run, int number, Shrink shrink) {
    /// Where the work lies.
    Folder folder() {
        String label = Text.format(
                "%s-%s-s%d",
                StageWork.slug(run.variant(number).method()), run.order().get(number), run.seed());
        return context.places().folder("shrunk", label, new WorkInputs(context).result(run, number));
    }

    private Task task() {
        return context.experiment().task(run.order().get(number));
    }

    /// The rows that decide.
    static Dataset rows(GridContext context, String task, Shrink shrink) {
        return context.data(task).validation().orElseThrow().first(shrink.rows());
    }

    /// Does what is not done yet.
    ///
    /// @param trained where the stage's training lies
    /// @param before what the stages before it left
    Folder done(Folder trained, FinishedStages before) {
        Folder folder = folder();
        if (!folder.isDone()) {
            shrink(trained, before.ticket().map(TicketFile::read).orElse(null), folder);
        }
        return folder;
    }

    private void shrink(Folder trained, @Nullable Ticket before, Folder folder) {
        folder.begin(new WorkInputs(context).result(run, number));
        Ticket whole = TicketFile.read(trained.ticket());
        Dataset rows = rows(context, task().name(), shrink);
        Shrinkage how = found(before, whole, rows, new KeptScores(folder.scores()));
        Map<String, String> origin = how.origin(rows.digests(), rows.examples().size());
        Ticket shrunk = Shrinkage.noted(how.alpha() == 1 ? whole : Tickets.between(before, whole, how.alpha()), origin);
        if (Files.isDirectory(trained.adapter())) {
            ScaledAdapter.write(trained.adapter(), how.alpha(), origin, folder.adapter());
        }
        TicketFile.write(folder.ticket(), shrunk);
        FigureCollector collected = new FigureCollector(task().name());
        collected.add(Figure.ALPHA, how.alpha(), rows.examples().size());
        collected.add(
                Figure.JUDGED_BY_ANSWERS,
                how.by() == Shrinkage.By.RIGHT ? 1 : 0,
                rows.examples().size());
        collected.add(Figure.DELTA_NORM, shrunk.norm(), shrunk.nnz());
        collected.add(Figure.RESULT_BYTES, folder.ticket().toFile().length(), 1);
        folder.finish(collected.metrics());
    }

    private Shrinkage found(@Nullable Ticket before, Ticket whole, Dataset rows, KeptScores known) {
        try (Opened opened = context.open(Optional.empty())) {
            TicketParts parts = new TicketParts(opened.model(), before, whole);
            Evaluator answers = context.evaluator(opened.model(), task(), task().generate());
            Evaluator losses = context.evaluator(opened.model(), task(), 0);
            String what = Text.format("shrink %s of %s", task().name(), run.label());
            Shrinkage how = shrink.rule()
                    .find(
                            answers.guess(rows.examples()),
                            (alpha, wanted) -> known.of(
                                    Text.format("%s %s", alpha, wanted ? "answers" : "loss"),
                                    () -> score(parts, alpha, wanted ? answers : losses, rows, what)));
            try (Stages.Stage shown = context.stages().begin(what)) {
                how.notices().forEach(notice -> shown.warn(Text.format("%s: %s", what, notice)));
            }
            return how;
        }
    }

    private ShrinkRule.Score score(TicketParts parts, double alpha, Evaluator evaluator, Dataset rows, String what) {
        long start = System.nanoTime();
        try (Stages.Stage shown = context.stages().begin(Text.format("%s, %.0f%% of it", what, 100 * alpha))) {
            return parts.score(
                    alpha,
                    evaluator,
                    rows,
                    (done, all, tokens) -> {
                        context.check();
                        shown.at(done, all, tokens / ((System.nanoTime() - start) / 1e9), Double.NaN);
                    },
                    () -> false);
        }
    }
}
