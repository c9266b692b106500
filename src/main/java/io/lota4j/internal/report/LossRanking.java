package io.lota4j.internal.report;

import io.lota4j.internal.metrics.Criterion;
import io.lota4j.internal.metrics.Results;
import io.lota4j.internal.metrics.Selection;
import io.lota4j.internal.metrics.Spread;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric.Split;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Methods by their loss on test rows, the best first; over several tasks by the mean of the tasks.
///
/// @param methods at least one
record LossRanking(List<Method> methods) {
    private static final Criterion TEST = new Criterion(Figure.LOSS, Split.TEST);

    /// A method and its loss.
    record Method(String name, Spread loss) {}

    static LossRanking of(Results results, Selection selection) {
        return new LossRanking(selection.chosen().stream()
                .map(g -> new Method(g.method(), TEST.average(results, g).orElseThrow()))
                .sorted(Comparator.comparingDouble(m -> m.loss().mean()))
                .toList());
    }

    Method best() {
        return methods.getFirst();
    }

    /// The best, and those that cannot be told from it.
    List<String> first() {
        List<String> first = new ArrayList<>(List.of(best().name()));
        methods.stream().skip(1).filter(m -> !best().loss().apartFrom(m.loss())).forEach(m -> first.add(m.name()));
        return first;
    }

    boolean allAlike() {
        return first().size() == methods.size();
    }

    /// The fewest that a method has.
    int seeds() {
        return methods.stream().mapToInt(m -> m.loss().n()).min().orElse(0);
    }

    /// Such as `3 seeds`.
    String seedsOfEach() {
        return Phrases.range(methods.stream().mapToInt(m -> m.loss().n()), "seed");
    }

    /// All of them, and what their spread means.
    void describe(Element text) {
        for (Method method : methods) {
            text.text(method == best() ? "" : ", ").text(method.name() + " ");
            text.add(Cell.spread(Optional.of(method.loss()), NumberFormat.LOSS).html());
        }
        text.text(
                seeds() < 2
                        ? ". With one seed a difference of two runs means nothing."
                        : ". ± is the standard deviation over seeds; two methods are told apart only where their means"
                                + " differ by more than both deviations together.");
    }
}
