package io.lota4j.report;

import io.lota4j.metrics.Criterion;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Group;
import io.lota4j.metrics.Metric.Split;
import io.lota4j.metrics.Results;
import io.lota4j.metrics.Selection;
import io.lota4j.metrics.Spread;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// What was found where no run learns a second task: who learned the one best, as far as the spread of the seeds
/// allows.
final class AloneHeadline {
    private static final Criterion TEST = new Criterion(Figure.LOSS, Split.TEST);

    private final String task;
    private final List<Method> ranked;

    /// A method and its loss.
    private record Method(String name, Spread loss) {}

    private AloneHeadline(Results results, Selection selection) {
        List<Group> groups = selection.chosen();
        this.task = groups.getFirst().order().getFirst();
        this.ranked = groups.stream()
                .map(g -> new Method(g.method(), TEST.average(results, g).orElseThrow()))
                .sorted(Comparator.comparingDouble(m -> m.loss().mean()))
                .toList();
    }

    /// @return empty if there are runs over several tasks
    static List<Element> of(Comparison comparison) {
        List<Element> all = new ArrayList<>();
        if (comparison.sequences().isEmpty()) {
            for (Selection selection : comparison.alone()) {
                AloneHeadline headline = new AloneHeadline(comparison.results(), selection);
                all.add(Element.of("p", headline.finding()).in("finding"));
                all.add(headline.details());
            }
        }
        return all;
    }

    private String finding() {
        Method best = ranked.getFirst();
        List<Method> others = ranked.subList(1, ranked.size());
        List<String> first = new ArrayList<>(List.of(best.name()));
        others.stream().filter(m -> !best.loss().apartFrom(m.loss())).forEach(m -> first.add(m.name()));
        if (others.isEmpty()) {
            return "%s reached a loss of %s on %s."
                    .formatted(best.name(), Unit.LOSS.text(best.loss().mean()), task);
        }
        if (seeds() < 2) {
            return "One seed: which of %s learns %s better cannot be said yet."
                    .formatted(Words.count(ranked.size(), "method"), task);
        }
        if (first.size() == ranked.size()) {
            return "No method learned %s clearly better than another.".formatted(task);
        }
        return first.size() == 1
                ? "%s learned %s better than %s."
                        .formatted(
                                best.name(),
                                task,
                                others.size() == 1 ? others.getFirst().name() : "every other method")
                : "%s learned %s best; which of them learns it better cannot be said."
                        .formatted(Words.list(first), task);
    }

    private int seeds() {
        return ranked.stream().mapToInt(m -> m.loss().n()).min().orElse(0);
    }

    private Element details() {
        Element text = Element.of("p").in("lead");
        text.text("Trained on %s alone: %s, %s each. Loss on test rows: "
                .formatted(
                        task,
                        Words.count(ranked.size(), "method"),
                        Words.range(ranked.stream().mapToInt(m -> m.loss().n()), "seed")));
        for (Method method : ranked) {
            text.text(method == ranked.getFirst() ? "" : ", ").text(method.name() + " ");
            text.add(Cell.spread(Optional.of(method.loss()), Unit.LOSS).html());
        }
        return text.text(
                seeds() < 2
                        ? ". With one seed a difference of two runs means nothing."
                        : ". ± is the standard deviation over seeds; two methods are told apart only where their means"
                                + " differ by more than both deviations together.");
    }
}
