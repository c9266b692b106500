package io.lota4j.internal.report;

import io.lota4j.internal.Text;
import io.lota4j.internal.metrics.Group;
import io.lota4j.internal.metrics.Matched;
import io.lota4j.internal.metrics.Selection;
import io.lota4j.metrics.Figure;
import java.util.ArrayList;
import java.util.List;

/// The matched tables, those of each stage, the scores after every stage, those of single tasks and of merges, and the
/// costs as Markdown.
final class MarkdownPage {
    private MarkdownPage() {}

    static String of(Comparison comparison) {
        List<String> parts = new ArrayList<>();
        for (Sequence sequence : comparison.sequences()) {
            for (Matched matched : sequence.matched()) {
                parts.add(Text.format(
                        "What is kept at a matched score: %s\n",
                        Table.escape(MatchedSection.title(sequence, matched))));
                parts.add(MatchedSection.table(comparison, matched).markdown());
            }
        }
        for (Sequence sequence : comparison.sequences()) {
            for (int stage : StagesSection.stages(sequence)) {
                parts.add(Table.escape(StagesSection.title(comparison, sequence, stage)) + "\n");
                parts.add(StagesSection.table(comparison, sequence, stage).markdown());
            }
        }
        for (Sequence sequence : comparison.sequences()) {
            for (Figure figure : sequence.figures()) {
                parts.add(Text.format(
                        "Every task after every stage: %s, %s\n",
                        Table.escape(sequence.words()), Phrases.figure(figure)));
                parts.add(matrix(comparison, sequence, figure).markdown());
            }
        }
        for (Selection selection : comparison.alone()) {
            parts.add(Text.format("Trained alone: %s\n", Table.escape(AloneSection.task(selection))));
            parts.add(AloneSection.table(comparison, selection).markdown());
        }
        for (Selection selection : comparison.merges()) {
            parts.add(Text.format("Trained alone and merged: %s\n", Table.escape(MergeSection.tasks(selection))));
            parts.add(MergeSection.table(comparison, selection).markdown());
        }
        Table cost = CostSection.table(comparison);
        if (cost.head().size() > 1) {
            parts.add("What it took\n");
            parts.add(cost.markdown());
        }
        return String.join("\n", parts);
    }

    private static Table matrix(Comparison comparison, Sequence sequence, Figure figure) {
        ScoreGrid grid = ScoreGrid.of(comparison.results(), sequence, figure);
        List<String> head = new ArrayList<>(List.of("method", "after"));
        grid.columns().forEach(c -> head.add(c.task()));
        List<Table.Row> rows = new ArrayList<>();
        Group any = sequence.selection().chosen().getFirst();
        rows.add(row("base", "", any, 0, grid, figure));
        for (Group group : sequence.selection().chosen()) {
            for (int stage = 1; stage <= sequence.order().size(); stage++) {
                String after = sequence.order().get(stage - 1);
                rows.add(row(group.method(), after, group, stage, grid, figure));
            }
        }
        return new Table(head, rows);
    }

    private static Table.Row row(String label, String after, Group group, int stage, ScoreGrid grid, Figure figure) {
        List<Cell> cells = new ArrayList<>(List.of(Cell.text(after)));
        grid.columns()
                .forEach(column -> cells.add(Cell.spread(grid.score(group, stage, column), NumberFormat.of(figure))));
        return new Table.Row(label, null, cells);
    }
}
