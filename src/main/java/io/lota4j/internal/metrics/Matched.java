package io.lota4j.internal.metrics;

import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric.Split;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Forgetting at a matched score: how much each method keeps of the earlier tasks where all of them learn the last one
/// equally well at least.
///
/// The target is the worst of the methods' best mean scores on the last task, so that each of them reaches it with one
/// learning rate or more. Of those rates the one counts that kept most of the earlier tasks. All of this is chosen by
/// `criterion`; what is reported are figures on test rows.
///
/// @param figure that is reported
/// @param criterion by which scores it was chosen
/// @param order of the tasks
/// @param target mean score on the last task that every chosen rate reaches, in the criterion's figure
/// @param chosen one group a method, in the file's order
public record Matched(Figure figure, Criterion criterion, List<String> order, double target, List<Group> chosen) {
    /// @param groups of one order of two tasks or more; those without a final score (not done) are left out
    /// @return empty if none of them is done
    public static Optional<Matched> of(Results results, List<Group> groups, Figure figure) {
        List<Group> done = Selection.done(groups, results, figure);
        return done.isEmpty()
                ? Optional.empty()
                : Criterion.of(results, done, figure).map(c -> of(results, done, figure, c));
    }

    private static Matched of(Results results, List<Group> groups, Figure figure, Criterion criterion) {
        Map<String, List<Group>> methods = new LinkedHashMap<>();
        groups.forEach(
                g -> methods.computeIfAbsent(g.method(), m -> new ArrayList<>()).add(g));
        double target = methods.values().stream()
                .mapToDouble(rates -> rates.stream()
                        .mapToDouble(g -> last(results, criterion, g))
                        .max()
                        .orElseThrow())
                .min()
                .orElseThrow();
        List<Group> chosen = methods.values().stream()
                .map(rates -> keptMost(results, criterion, target, rates))
                .toList();
        return new Matched(figure, criterion, groups.getFirst().order(), criterion.goodness(target), chosen);
    }

    private static Group keptMost(Results results, Criterion criterion, double target, List<Group> rates) {
        Comparator<Group> kept = Comparator.comparingDouble(
                g -> criterion.kept(results, g).map(Spread::mean).orElse(Double.NEGATIVE_INFINITY));
        return rates.stream()
                .filter(g -> last(results, criterion, g) >= target)
                .max(kept.thenComparingDouble(g -> last(results, criterion, g)))
                .orElseThrow();
    }

    private static double last(Results results, Criterion criterion, Group group) {
        return criterion.goodness(criterion.last(results, group).orElseThrow().mean());
    }

    /// What is reported: the figure on test rows.
    public Criterion reported() {
        return new Criterion(figure, Split.TEST);
    }
}
