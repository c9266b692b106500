package io.lota4j.internal.metrics;

import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// For every method the learning rate with the best mean of all tasks' final scores.
///
/// @param criterion by which scores it was chosen
/// @param chosen one group a method, in the file's order
/// @param among how many groups there were to choose from
public record Selection(Criterion criterion, List<Group> chosen, int among) {
    /// Whether some method had several rates and no validation rows to choose by.
    public boolean choseOnTest() {
        return among > chosen.size() && criterion.onTest();
    }

    /// @param groups of one order; those without a final score (not done) are left out
    /// @return empty if none of them is done
    public static Optional<Selection> of(Results results, List<Group> groups, Figure figure) {
        List<Group> done = done(groups, results, figure);
        return done.isEmpty()
                ? Optional.empty()
                : Criterion.of(results, done, figure).map(criterion -> of(results, done, criterion));
    }

    private static Selection of(Results results, List<Group> groups, Criterion criterion) {
        Comparator<Group> better = Comparator.comparingDouble(g ->
                criterion.goodness(criterion.average(results, g).orElseThrow().mean()));
        Map<String, Group> chosen = new LinkedHashMap<>();
        for (Group group : groups) {
            chosen.merge(group.method(), group, (a, b) -> better.compare(b, a) > 0 ? b : a);
        }
        return new Selection(criterion, List.copyOf(chosen.values()), groups.size());
    }

    /// Groups of which at least one run has its last scores in this figure.
    static List<Group> done(List<Group> groups, Results results, Figure figure) {
        Criterion test = new Criterion(figure, Metric.Split.TEST);
        return groups.stream().filter(g -> test.average(results, g).isPresent()).toList();
    }
}
