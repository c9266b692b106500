package io.lota4j.internal.report;

import io.lota4j.internal.Text;
import io.lota4j.internal.metrics.Criterion;
import io.lota4j.internal.metrics.Group;
import io.lota4j.internal.metrics.Matched;
import io.lota4j.internal.metrics.Matrix;
import io.lota4j.internal.metrics.Results;
import io.lota4j.internal.metrics.RunFile.Run;
import io.lota4j.internal.metrics.Spread;
import io.lota4j.metrics.Direction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BiFunction;

/// What each method keeps of the earlier tasks where all learn the last one equally well.
final class MatchedSection {
    private MatchedSection() {}

    static Optional<Element> of(Comparison comparison) {
        Section section = new Section("matched", "What is kept at a matched score")
                .note("How far a run moves decides first how much it forgets. So every method is shown at that of its"
                        + " learning rates that keeps most of the earlier tasks among those that reach the target on"
                        + " the last task; the target is the best mean score of the method that does worst there, so"
                        + " that each can reach it.");
        for (Sequence sequence : comparison.sequences()) {
            List<List<Group>> shown = new ArrayList<>();
            for (Matched matched : sequence.matched()) {
                section.add(Element.of("h3", title(sequence, matched)));
                section.add(Element.of("p", note(matched)).in("note"));
                keeping(comparison, matched).ifPresent(section::add);
                KeptPlot.of(comparison, matched).ifPresent(section::add);
                // At the same rates the same runs.
                section.add(table(comparison, matched, !shown.contains(matched.chosen()))
                        .html());
                shown.add(matched.chosen());
            }
        }
        return section.html();
    }

    static String title(Sequence sequence, Matched matched) {
        return Text.format("%s, by %s", sequence.words(), Phrases.figure(matched.figure()));
    }

    private static String note(Matched matched) {
        Criterion by = matched.criterion();
        return Text.format(
                "Target on %s: a mean %s of %s or better. Rates are chosen on %s rows; the scores shown are those of"
                        + " test rows, which may lie on either side of the target. %s",
                matched.order().getLast(),
                Phrases.figure(by.figure()),
                NumberFormat.of(by.figure()).text(matched.target()),
                by.onTest() ? "test (there are no others: this flatters every method)" : "validation",
                matched.figure().direction() == Direction.LOWER
                        ? "Kept: the share that is left of what the task gained over the base; lower"
                                + " losses are better."
                        : "Kept: the score at the end as a share of that right after the task.");
    }

    static Table table(Comparison comparison, Matched matched) {
        return table(comparison, matched, true);
    }

    private static Optional<Element> keeping(Comparison comparison, Matched matched) {
        String note = new Keeping(comparison.results()).note(matched.chosen());
        return note.isEmpty()
                ? Optional.empty()
                : Optional.of(Element.of("p", note).in("note"));
    }

    /// @param beside whether what hangs on no figure stands beside: texts of no task, the weights, and what it took
    private static Table table(Comparison comparison, Matched matched, boolean beside) {
        String last = matched.order().getLast();
        List<String> head = new ArrayList<>(List.of("method", "rate", "seeds", last));
        for (String task : matched.order().subList(0, matched.order().size() - 1)) {
            head.addAll(List.of(task + " learned", task + " at the end"));
            if (severalEarlier(matched)) {
                head.add(task + " kept");
            }
        }
        head.addAll(List.of("kept, mean", "kept, worst seed"));
        if (beside) {
            head.addAll(new Keeping(comparison.results()).head());
            head.addAll(CostSection.BESIDE_KEPT);
        }
        return new Table(
                        head,
                        matched.chosen().stream()
                                .map(group -> row(comparison, matched, group, beside))
                                .toList())
                .withoutEmptyColumns();
    }

    private static Table.Row row(Comparison comparison, Matched matched, Group group, boolean beside) {
        Results results = comparison.results();
        NumberFormat unit = NumberFormat.of(matched.figure());
        Optional<Spread> last = matched.reported().last(results, group);
        Optional<Spread> kept = matched.reported().kept(results, group);
        List<Cell> cells = new ArrayList<>();
        cells.add(Cell.number(group.lr(), NumberFormat.RATE));
        cells.add(Cell.number(last.map(Spread::n).orElse(0), NumberFormat.COUNT));
        cells.add(Cell.spread(last, unit));
        for (String task : matched.order().subList(0, matched.order().size() - 1)) {
            cells.add(Cell.spread(spread(results, matched, group, task, Matrix::learned), unit));
            cells.add(Cell.spread(spread(results, matched, group, task, Matrix::last), unit));
            if (severalEarlier(matched)) {
                cells.add(Cell.spread(spread(results, matched, group, task, Matrix::kept), NumberFormat.SHARE));
            }
        }
        cells.add(Cell.spread(kept, NumberFormat.SHARE));
        cells.add(
                kept.isPresent()
                        ? Cell.number(kept.get().worst(), NumberFormat.SHARE)
                        : Cell.number(OptionalDouble.empty(), NumberFormat.SHARE));
        if (beside) {
            cells.addAll(new Keeping(results).cells(group));
            cells.addAll(CostSection.besideKept(results, group));
        }
        return new Table.Row(group.method(), comparison.look().of(group.method()), cells);
    }

    /// What is kept of one earlier task alone is the mean.
    private static boolean severalEarlier(Matched matched) {
        return matched.order().size() > 2;
    }

    private static Optional<Spread> spread(
            Results results,
            Matched matched,
            Group group,
            String task,
            BiFunction<Matrix, String, OptionalDouble> value) {
        Criterion test = matched.reported();
        return group.spread(
                Direction.HIGHER, (Run run) -> value.apply(results.matrix(run, test.figure(), test.split()), task));
    }
}
