package io.lota4j.internal.report;

import io.lota4j.internal.metrics.Course;
import io.lota4j.internal.metrics.Group;
import io.lota4j.internal.metrics.Results;
import io.lota4j.internal.metrics.RunFile.Run;
import io.lota4j.internal.metrics.Selection;
import io.lota4j.metrics.Figure;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a page is made of: results, what is compared in them, and how methods look.
///
/// @param sequences runs over several tasks, an order each, that are done
/// @param alone one rate a method of runs over one task, by task
/// @param merges one rate a method of merges, by the tasks that went in
/// @param look how methods are shown
/// @param answers a file of all answers to probes, or null
record Comparison(
        Results results,
        List<Sequence> sequences,
        List<Selection> alone,
        List<Selection> merges,
        MethodMarks look,
        @Nullable Path answers) {
    static Comparison of(Results results) {
        return of(results, null);
    }

    /// @param answers a file of all answers to probes, or null
    static Comparison of(Results results, @Nullable Path answers) {
        List<Sequence> sequences = new ArrayList<>();
        results.sequences()
                .forEach(
                        (course, groups) -> Sequence.of(results, course, groups).ifPresent(sequences::add));
        return new Comparison(
                results,
                List.copyOf(sequences),
                selections(
                        results,
                        results.groups().stream()
                                .filter(g -> !g.merges() && g.order().size() == 1)
                                .toList()),
                selections(
                        results, results.groups().stream().filter(Group::merges).toList()),
                MethodMarks.of(results),
                answers);
    }

    private static List<Selection> selections(Results results, List<Group> groups) {
        Map<Course, List<Group>> orders = new LinkedHashMap<>();
        groups.forEach(
                g -> orders.computeIfAbsent(g.course(), o -> new ArrayList<>()).add(g));
        return orders.values().stream()
                .flatMap(all -> Selection.of(results, all, Figure.LOSS).stream())
                .toList();
    }

    /// Runs whose last scores are not there.
    List<Run> missing() {
        return results.file().runs().stream().filter(run -> !results.done(run)).toList();
    }

    /// The chosen group of every method, in every order and alone, but merges.
    List<Group> chosen() {
        List<Group> all = new ArrayList<>();
        sequences.forEach(s -> all.addAll(s.selection().chosen()));
        alone.forEach(s -> all.addAll(s.chosen()));
        return all;
    }

    /// Whether the page has to say which order is meant.
    boolean severalOrders() {
        return sequences.size() > 1;
    }
}
