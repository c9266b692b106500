package io.lota4j.internal.report;

import io.lota4j.internal.Text;
import io.lota4j.internal.metrics.Behaviour;
import io.lota4j.internal.metrics.Group;
import io.lota4j.internal.metrics.Results;
import io.lota4j.internal.metrics.RunFile;
import io.lota4j.internal.metrics.Slice;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Who judged, how much was left unclear, and a few answers to look at.
final class JudgeSection {
    /// Of one method at most.
    private static final int MOST = 3;

    /// Of all methods of an order about as many, and one of each at least.
    private static final int EXAMPLES = 36;

    private JudgeSection() {}

    static Optional<Element> of(Comparison comparison) {
        Results results = comparison.results();
        Section section = new Section("judges", "Judges")
                .note("A judge by words or by an expression looks at texts, not at meaning: look at answers, and let"
                        + " people judge some (lota guard agree). None of these was checked against people here.");
        List<RunFile.Probe> probes = results.file().probes();
        if (!probes.isEmpty()) {
            section.add(table(results, probes).html());
            probes.forEach(probe -> examples(comparison, probe).forEach(section::add));
        }
        return section.html();
    }

    private static Table table(Results results, List<RunFile.Probe> probes) {
        List<Table.Row> rows = new ArrayList<>();
        for (RunFile.Probe probe : probes) {
            List<Double> unclear = unclear(results, probe.name());
            rows.add(new Table.Row(
                    probe.name(),
                    null,
                    List.of(
                            Cell.text(probe.judging()),
                            Cell.number(probe.decline(), NumberFormat.COUNT),
                            Cell.number(probe.answer(), NumberFormat.COUNT),
                            range(unclear))));
        }
        return new Table(
                List.of("probe", "judge", "rows to decline", "rows to answer", "unclear, least and most of any model"),
                rows);
    }

    private static List<Double> unclear(Results results, String probe) {
        return results.metrics().stream()
                .filter(metric -> metric.figure() == Figure.UNCLEAR
                        && metric.where().step() == null
                        && probe.equals(metric.where().task()))
                .map(Metric::value)
                .sorted()
                .toList();
    }

    private static Cell range(List<Double> values) {
        return values.isEmpty()
                ? new Cell(List.of())
                : Cell.range(values.getFirst(), values.getLast(), NumberFormat.SHARE);
    }

    /// Answers of the base and of the first seed's model at its end, where the outcome is another: a few a method.
    private static List<Element> examples(Comparison comparison, RunFile.Probe probe) {
        Path answers = comparison.answers();
        if (answers == null || !probe.shown()) {
            return List.of();
        }
        Slice form = new Behaviour(comparison.results(), probe.name()).usual();
        ProbeExamples examples = new ProbeExamples(answers, probe.name(), BehaviourTable.form(form));
        List<Element> shown = new ArrayList<>();
        for (ProbedOrder order : ProbedOrder.of(comparison.results())) {
            List<Group> groups = order.rate().chosen();
            int most = Math.clamp(EXAMPLES / groups.size(), 1, MOST);
            List<Table.Row> rows = new ArrayList<>();
            for (Group group : groups) {
                examples.of(group.runs().getFirst().name(), Behaviour.stages(group), most)
                        .forEach(one ->
                                rows.add(row(group.method(), comparison.look().of(group.method()), one)));
            }
            if (!rows.isEmpty()) {
                String what = Text.format(
                        "%s: answers to %s whose outcome changed, of each method's first seed up to %d; all of them are"
                                + " in %s",
                        order.words(), probe.name(), most, answers.getFileName());
                shown.add(Element.of("details")
                        .add(Element.of("summary", what), table(rows).html()));
            }
        }
        return shown;
    }

    private static Table.Row row(String method, MethodMarks.Mark mark, ProbeExamples.Changed one) {
        return new Table.Row(
                method,
                mark,
                List.of(
                        Cell.text(one.prompt()),
                        Cell.text(one.before().text()),
                        Cell.text(one.before().outcome()),
                        Cell.text(one.after().text()),
                        Cell.text(one.after().outcome())));
    }

    private static Table table(List<Table.Row> rows) {
        return new Table(List.of("method", "prompt", "base", "outcome", "at the end", "outcome"), rows);
    }
}
