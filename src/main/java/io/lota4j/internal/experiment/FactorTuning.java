package io.lota4j.internal.experiment;

import io.lota4j.data.Dataset;
import io.lota4j.internal.Text;
import io.lota4j.internal.eval.Evaluator;
import io.lota4j.internal.train.AdaptedModel;
import io.lota4j.merge.FactorSearch;
import io.lota4j.ticket.ShrinkRule.Score;
import io.lota4j.ticket.Ticket;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/// Finds the factor of a merged ticket by scores of its tasks.
public final class FactorTuning {
    private final TicketParts parts;
    private final List<Task> tasks;
    private final KeptScores known;

    /// One of the merged tasks.
    ///
    /// @param rows that score it
    /// @param evaluator on the model
    public record Task(Dataset rows, Evaluator evaluator) {}

    /// Hears how far it has come.
    @FunctionalInterface
    public interface Listener {
        /// @param factor that is scored
        /// @param task that is scored, from 0
        /// @param done rows of this scoring
        /// @param rows of this scoring in all
        /// @param tokens of this scoring so far
        void at(double factor, int task, int done, int rows, long tokens);
    }

    /// @param model the tickets' base, with nothing on it
    /// @param merged the merge with a factor of 1
    /// @param known what a stopped search has found
    public FactorTuning(AdaptedModel model, Ticket merged, List<Task> tasks, KeptScores known) {
        this.parts = new TicketParts(model, null, merged);
        this.tasks = List.copyOf(tasks);
        this.known = known;
    }

    /// @throws CancellationException if `stop` ended it
    public FactorSearch run(Listener listener, BooleanSupplier stop) {
        return FactorSearch.run(factor -> {
            List<Score> scores = new ArrayList<>();
            for (int task = 0; task < tasks.size(); task++) {
                int number = task;
                scores.add(known.of(
                        Text.format("%s of task %d", factor, task + 1), () -> score(factor, number, listener, stop)));
            }
            double loss = scores.stream().mapToDouble(Score::loss).average().orElseThrow();
            boolean answered = scores.stream().noneMatch(score -> score.right().isEmpty());
            return new FactorSearch.Score(
                    answered ? scores.stream().mapToDouble(Score::share).average() : OptionalDouble.empty(), loss);
        });
    }

    private Score score(double factor, int task, Listener listener, BooleanSupplier stop) {
        if (stop.getAsBoolean()) {
            throw new CancellationException("stopped");
        }
        return parts.score(
                factor,
                tasks.get(task).evaluator(),
                tasks.get(task).rows(),
                (done, all, tokens) -> listener.at(factor, task, done, all, tokens),
                stop);
    }
}
