package io.lota4j.internal.report;

import io.lota4j.internal.Text;
import io.lota4j.internal.metrics.Group;
import io.lota4j.internal.metrics.Kept;
import io.lota4j.internal.metrics.Results;
import io.lota4j.internal.metrics.RunFile.Run;
import io.lota4j.internal.metrics.Selection;
import io.lota4j.internal.metrics.Spread;
import io.lota4j.metrics.Direction;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric;
import io.lota4j.metrics.Metric.Split;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;

/// What is left of each task when separately trained results are merged.
final class MergeSection {
    private final Comparison comparison;
    private final Results results;
    private final List<String> tasks;
    private final List<Figure> figures;

    private MergeSection(Comparison comparison, List<String> tasks) {
        this.comparison = comparison;
        this.results = comparison.results();
        this.tasks = tasks;
        this.figures = Sequence.figures(results, tasks);
    }

    static Optional<Element> of(Comparison comparison) {
        Section section = new Section("merges", "Merged")
                .note("Each task was trained alone from the base and the results were merged. Test rows, mean over"
                        + " seeds ± standard deviation, at the rate of each method with the best mean over the"
                        + " tasks. Kept: the share of what the task's own run gained in loss over the base.");
        for (Selection selection : comparison.merges()) {
            section.add(Element.of("h3", tasks(selection)));
            section.add(table(comparison, selection).html());
        }
        return section.html();
    }

    static String tasks(Selection selection) {
        return Phrases.list(selection.chosen().getFirst().order());
    }

    static Table table(Comparison comparison, Selection selection) {
        List<Group> merges = selection.chosen();
        return new MergeSection(comparison, merges.getFirst().order()).table(merges);
    }

    private Table table(List<Group> merges) {
        List<String> head = new ArrayList<>(List.of("method", "rate", "seeds"));
        for (Figure figure : figures) {
            tasks.forEach(task -> head.add(Text.format("%s, %s", task, figure == Figure.LOSS ? "loss" : "right")));
        }
        tasks.forEach(task -> head.add(task + " kept"));
        head.addAll(List.of("overlap", "sign conflicts", "factor"));
        List<Table.Row> rows = new ArrayList<>(List.of(base()));
        Set<List<Object>> seen = new HashSet<>();
        for (Group merge : merges) {
            String method = String.valueOf(merge.runs().getFirst().merged());
            if (seen.add(List.of(method, merge.lr()))) {
                rows.add(alone(new Group(method, merge.course(), merge.lr(), merge.runs())));
            }
        }
        merges.forEach(g -> rows.add(merged(g)));
        return new Table(head, rows).withoutEmptyColumns();
    }

    private Table.Row base() {
        List<Cell> cells = new ArrayList<>(List.of(new Cell(List.of()), new Cell(List.of())));
        for (Figure figure : figures) {
            tasks.forEach(task -> cells.add(
                    Cell.number(results.score(Results.BASE, 0, figure, task, Split.TEST), NumberFormat.of(figure))));
        }
        fill(cells);
        return new Table.Row("base", null, cells);
    }

    /// For each task the run that learned it alone.
    private Table.Row alone(Group group) {
        List<Cell> cells = scores(group, (figure, task) -> run -> own(run, figure, task));
        fill(cells);
        return new Table.Row(
                group.method() + ", each task alone", comparison.look().of(group.method()), cells);
    }

    private Table.Row merged(Group group) {
        List<Cell> cells =
                scores(group, (figure, task) -> run -> results.score(run.name(), 1, figure, task, Split.TEST));
        for (String task : tasks) {
            cells.add(Cell.spread(group.spread(Direction.HIGHER, run -> kept(run, task)), NumberFormat.SHARE));
        }
        for (Figure figure : List.of(Figure.OVERLAP, Figure.SIGN_CONFLICTS)) {
            cells.add(Cell.spread(group.spread(figure.direction(), run -> overall(run, figure)), NumberFormat.SHARE));
        }
        cells.add(Cell.spread(group.spread(Direction.NONE, run -> overall(run, Figure.FACTOR)), NumberFormat.NUMBER));
        return new Table.Row(group.method(), comparison.look().of(group.method()), cells);
    }

    /// How a score of a run is found.
    private interface Score {
        Function<Run, OptionalDouble> of(Figure figure, String task);
    }

    private List<Cell> scores(Group group, Score score) {
        List<Cell> cells = new ArrayList<>();
        cells.add(Cell.number(group.lr(), NumberFormat.RATE));
        cells.add(Cell.number(group.runs().size(), NumberFormat.COUNT));
        for (Figure figure : figures) {
            for (String task : tasks) {
                Optional<Spread> spread = group.spread(figure.direction(), score.of(figure, task));
                cells.add(Cell.spread(spread, NumberFormat.of(figure)));
            }
        }
        return cells;
    }

    private void fill(List<Cell> cells) {
        while (cells.size() < 2 + tasks.size() * (figures.size() + 1) + 3) {
            cells.add(new Cell(List.of()));
        }
    }

    private OptionalDouble kept(Run merge, String task) {
        return Kept.share(
                Figure.LOSS,
                results.score(Results.BASE, 0, Figure.LOSS, task, Split.TEST),
                own(merge, Figure.LOSS, task),
                results.score(merge.name(), 1, Figure.LOSS, task, Split.TEST));
    }

    /// The score of the run over one task that went into a merge.
    private OptionalDouble own(Run merge, Figure figure, String task) {
        return results.file().runs().stream()
                .filter(run -> run.method().equals(merge.merged())
                        && run.lr() == merge.lr()
                        && run.seed() == merge.seed()
                        && run.order().equals(List.of(task)))
                .findFirst()
                .map(run -> results.score(run.name(), 1, figure, task, Split.TEST))
                .orElseGet(OptionalDouble::empty);
    }

    /// Mean over the pairs of tasks.
    private OptionalDouble overall(Run run, Figure figure) {
        return results.of(run.name(), figure).stream()
                .filter(m -> m.where().part() == null)
                .mapToDouble(Metric::value)
                .average();
    }
}
