package io.lota4j.internal.report;

import io.lota4j.internal.Text;
import io.lota4j.internal.metrics.Behaviour;
import io.lota4j.internal.metrics.Course;
import io.lota4j.internal.metrics.Group;
import io.lota4j.internal.metrics.Results;
import io.lota4j.internal.metrics.SmallestRate;
import io.lota4j.metrics.Figure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Runs over the same tasks in the same order, or merges of the same tasks, of which probes were
/// asked.
///
/// @param course the tasks, and who trains them
/// @param merges whether they are merges
/// @param groups every rate
/// @param rate one group a method
record ProbedOrder(Course course, boolean merges, List<Group> groups, SmallestRate rate) {
    /// Every order, with those over one task; none where there is no probe.
    static List<ProbedOrder> of(Results results) {
        if (results.file().probes().isEmpty()) {
            return List.of();
        }
        record Key(Course course, boolean merges) {}
        Map<Key, List<Group>> orders = new LinkedHashMap<>();
        results.groups()
                .forEach(group -> orders.computeIfAbsent(
                                new Key(group.course(), group.merges()), key -> new ArrayList<>())
                        .add(group));
        List<ProbedOrder> probed = new ArrayList<>();
        orders.forEach((key, groups) -> SmallestRate.of(
                        results, groups, figure(results, key.course().order()))
                .ifPresent(rate -> probed.add(new ProbedOrder(key.course(), key.merges(), groups, rate))));
        return probed;
    }

    private static Figure figure(Results results, List<String> order) {
        return Sequence.figures(results, order).getLast();
    }

    /// The probes of an experiment.
    static List<Behaviour> probes(Results results) {
        return results.file().probes().stream()
                .map(probe -> new Behaviour(results, probe.name()))
                .toList();
    }

    /// The chosen groups that differ in their protection alone, by the method's label.
    Map<String, List<Group>> byMethod() {
        Map<String, List<Group>> methods = new LinkedHashMap<>();
        rate.chosen()
                .forEach(
                        group -> methods.computeIfAbsent(group.runs().getFirst().alone(), method -> new ArrayList<>())
                                .add(group));
        return methods;
    }

    /// The tasks, one a stage.
    List<String> order() {
        return course.order();
    }

    /// Whether another has fewer tasks and these are the first here.
    boolean begins(ProbedOrder other) {
        int tasks = other.order().size();
        return !merges
                && !other.merges
                && tasks < order().size()
                && order().subList(0, tasks).equals(other.order());
    }

    /// `sql, then contrary`, or `sql and arc-easy, merged`.
    String words() {
        return merges ? Phrases.list(order()) + ", merged" : course.words();
    }

    /// How the groups were chosen.
    String note() {
        return Text.format(
                "Of each method the smallest rate counts that reaches a mean %s of %s on %s rows of %s; no probe has a"
                        + " part in that choice.",
                Phrases.figure(rate.criterion().figure()),
                NumberFormat.of(rate.criterion().figure()).text(rate.target()),
                rate.criterion().onTest() ? "test (there are no validation)" : "validation",
                order().getLast());
    }
}
