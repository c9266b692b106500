package io.lota4j.internal.metrics;

import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric.Split;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// For every method the smallest learning rate that reaches the target on the last task. The
/// target is the worst of the methods' best mean scores there, so that each of them reaches it.
/// No probe has a part in it: what is reported of a behaviour chose nothing.
///
/// @param criterion by which scores it was chosen
/// @param target mean score on the last task, in the criterion's figure
/// @param chosen one group a method, in the file's order
public record SmallestRate(Criterion criterion, double target, List<Group> chosen) {
    /// Of runs over the same tasks.
    ///
    /// @param groups of one order; those that are not done are left out
    /// @return empty if none of them is done
    public static Optional<SmallestRate> of(Results results, List<Group> groups, Figure figure) {
        List<Group> done = Selection.done(groups, results, figure);
        return done.isEmpty()
                ? Optional.empty()
                : Criterion.of(results, done, figure).map(criterion -> of(results, done, criterion));
    }

    private static SmallestRate of(Results results, List<Group> groups, Criterion criterion) {
        Map<String, List<Group>> methods = new LinkedHashMap<>();
        groups.forEach(group -> methods.computeIfAbsent(group.method(), name -> new ArrayList<>())
                .add(group));
        double target = methods.values().stream()
                .mapToDouble(rates -> rates.stream()
                        .mapToDouble(group -> last(results, criterion, group))
                        .max()
                        .orElseThrow())
                .min()
                .orElseThrow();
        List<Group> chosen = methods.values().stream()
                .map(rates -> rates.stream()
                        .filter(group -> last(results, criterion, group) >= target)
                        .min(Comparator.comparingDouble(Group::lr))
                        .orElseThrow())
                .toList();
        return new SmallestRate(criterion, criterion.goodness(target), chosen);
    }

    private static double last(Results results, Criterion criterion, Group group) {
        return criterion.goodness(criterion.last(results, group).orElseThrow().mean());
    }

    /// Scores on test rows, which are reported.
    public Criterion reported() {
        return new Criterion(criterion.figure(), Split.TEST);
    }
}
