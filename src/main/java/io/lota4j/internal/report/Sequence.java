package io.lota4j.internal.report;

import io.lota4j.internal.metrics.Course;
import io.lota4j.internal.metrics.Group;
import io.lota4j.internal.metrics.Matched;
import io.lota4j.internal.metrics.Results;
import io.lota4j.internal.metrics.RunFile.Task;
import io.lota4j.internal.metrics.Selection;
import io.lota4j.metrics.Figure;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// What was trained on the same tasks in the same order.
///
/// @param course the tasks, and who trains them
/// @param groups runs that differ in their seed alone
/// @param matched by figure: the loss, then the accuracy if every task has answers
/// @param selection one learning rate a method
record Sequence(Course course, List<Group> groups, List<Matched> matched, Selection selection) {
    /// @return empty if no run of them is done
    static Optional<Sequence> of(Results results, Course course, List<Group> groups) {
        List<Figure> figures = figures(results, course.order());
        List<Matched> matched = figures.stream()
                .flatMap(figure -> Matched.of(results, groups, figure).stream())
                .toList();
        return matched.isEmpty()
                ? Optional.empty()
                : Selection.of(results, groups, primary(results, matched).figure())
                        .map(selection -> new Sequence(course, groups, matched, selection));
    }

    /// The figures that every one of the tasks has.
    static List<Figure> figures(Results results, List<String> order) {
        boolean answers = results.file().tasks().stream()
                .filter(task -> order.contains(task.name()))
                .allMatch(Task::answers);
        return answers ? List.of(Figure.LOSS, Figure.ACCURACY) : List.of(Figure.LOSS);
    }

    /// The accuracy, if it says what every method kept; else the loss.
    Matched primary(Results results) {
        return primary(results, matched);
    }

    private static Matched primary(Results results, List<Matched> matched) {
        Matched last = matched.getLast();
        boolean complete = last.chosen().stream()
                .allMatch(g -> last.reported().kept(results, g).isPresent());
        return complete ? last : matched.getFirst();
    }

    List<Figure> figures() {
        return matched.stream().map(Matched::figure).toList();
    }

    /// The tasks, one a stage.
    List<String> order() {
        return course.order();
    }

    List<String> earlier() {
        return order().subList(0, order().size() - 1);
    }

    String last() {
        return order().getLast();
    }

    /// `sql, then arc-easy`
    String words() {
        return course.words();
    }

    /// Every group, or of one method.
    Stream<Group> of(String method) {
        return groups.stream().filter(g -> g.method().equals(method));
    }
}
