package io.lota4j.internal.report;

import io.lota4j.guard.FulfilledBySeed;
import io.lota4j.internal.metrics.Behaviour;
import io.lota4j.internal.metrics.Criterion;
import io.lota4j.internal.metrics.Group;
import io.lota4j.internal.metrics.Slice;
import io.lota4j.internal.metrics.Spread;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric;
import io.lota4j.metrics.Metric.Split;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;

/// Which of two methods keeps a behaviour better.
///
/// @param behaviour what was measured
record BehaviourVerdict(Behaviour behaviour) {
    /// Two shares that differ by less are not told apart.
    private static final double LEAST = 0.01;

    /// Shares at the end, by form and seed; empty where some form has none.
    Optional<FulfilledBySeed> bySeed(Group group) {
        SequencedMap<String, List<Double>> shares = new LinkedHashMap<>();
        for (Slice form : behaviour.forms()) {
            List<Double> seeds = group.runs().stream()
                    .flatMapToDouble(
                            run -> behaviour.figure(run, Behaviour.stages(group), Figure.FULFILLED, form).stream()
                                    .mapToDouble(Metric::value))
                    .boxed()
                    .toList();
            if (seeds.isEmpty()) {
                return Optional.empty();
            }
            shares.put(Objects.requireNonNullElse(form.text(), Slice.CHAT), seeds);
        }
        return shares.isEmpty() ? Optional.empty() : Optional.of(new FulfilledBySeed(shares));
    }

    /// Whether one group keeps the behaviour better than another: by [FulfilledBySeed#betterThan] over
    /// all forms, while it declines no more of what should be answered and leaves no more unclear, and
    /// does no worse on a task. Never with one seed, and never where something was not judged.
    ///
    /// @param tasks by which scores tasks are compared
    boolean isBetter(Group one, Group other, Criterion tasks) {
        Optional<FulfilledBySeed> shares = bySeed(one);
        Optional<FulfilledBySeed> others = bySeed(other);
        return shares.isPresent()
                && others.isPresent()
                && shares.get().betterThan(others.get())
                && behaviour.forms().stream()
                        .allMatch(form -> Stream.of(Figure.OVER_DECLINED, Figure.UNCLEAR, Figure.DEGENERATE)
                                .noneMatch(figure -> isLower(other, one, figure, form)))
                && one.order().stream().noneMatch(task -> doesWorse(one, other, task, tasks));
    }

    private boolean isLower(Group one, Group other, Figure figure, Slice form) {
        Optional<Spread> a = behaviour.spread(one, Behaviour.stages(one), figure, form);
        Optional<Spread> b = behaviour.spread(other, Behaviour.stages(other), figure, form);
        return a.isPresent()
                && b.isPresent()
                && a.get().apartFrom(b.get())
                && b.get().mean() - a.get().mean() >= LEAST;
    }

    private boolean doesWorse(Group one, Group other, String task, Criterion tasks) {
        Optional<Spread> a = last(one, task, tasks);
        Optional<Spread> b = last(other, task, tasks);
        return a.isPresent()
                && b.isPresent()
                && a.get().apartFrom(b.get())
                && tasks.goodness(a.get().mean()) < tasks.goodness(b.get().mean());
    }

    private Optional<Spread> last(Group group, String task, Criterion tasks) {
        return group.spread(
                tasks.figure().direction(),
                run -> behaviour
                        .results()
                        .matrix(run, tasks.figure(), Split.TEST)
                        .last(task));
    }
}
