package io.lota4j.experiment;

import io.lota4j.internal.experiment.Experiment;
import io.lota4j.internal.experiment.GridRun;
import io.lota4j.internal.experiment.MergeSettings;
import io.lota4j.internal.experiment.Method.Sparse;
import io.lota4j.internal.experiment.Protection;
import io.lota4j.internal.experiment.Task;
import io.lota4j.internal.experiment.Variant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// The runs of an experiment, the first seed's first: what a grid has after an hour should already be a comparison.
final class Grid {
    private Grid() {}

    /// Every sequence, and the tasks alone whose results are merged.
    static List<GridRun> runs(Experiment experiment) {
        LinkedHashSet<GridRun> runs = new LinkedHashSet<>();
        for (long seed : experiment.seeds()) {
            List<GridRun> merged = merges(experiment, seed).stream()
                    .flatMap(merge -> merge.inputs().stream())
                    .toList();
            for (List<String> order : experiment.orders()) {
                for (Variant variant : experiment.variants()) {
                    for (Protection protection : protections(experiment, variant, order)) {
                        for (Map<String, Optional<Variant>> later : later(experiment, order)) {
                            GridRun run =
                                    run(merged, variant, order, seed, later).with(protection);
                            runs.addAll(run.runsBeside());
                            runs.add(run);
                        }
                    }
                }
            }
            runs.addAll(merged);
        }
        return List.copyOf(runs);
    }

    /// Where somebody else trains all tasks nothing is protected.
    private static List<Protection> protections(Experiment experiment, Variant variant, List<String> order) {
        boolean others = order.stream().allMatch(task -> experiment.task(task).later() != null);
        return others ? List.of(Protection.NONE) : experiment.protections(variant);
    }

    /// Every way in which somebody else trains those of some tasks that are left to others.
    private static List<Map<String, Optional<Variant>>> later(Experiment experiment, List<String> order) {
        List<Map<String, Optional<Variant>>> ways = List.of(Map.of());
        for (String task : order) {
            Task.Later later = experiment.task(task).later();
            if (later != null) {
                List<Optional<Variant>> by = later.by().isEmpty()
                        ? List.of(Optional.empty())
                        : later.by().stream().map(Optional::of).toList();
                ways = ways.stream()
                        .flatMap(way -> by.stream().map(one -> with(way, task, one)))
                        .toList();
            }
        }
        return ways;
    }

    private static Map<String, Optional<Variant>> with(
            Map<String, Optional<Variant>> way, String task, Optional<Variant> by) {
        Map<String, Optional<Variant>> more = new LinkedHashMap<>(way);
        more.put(task, by);
        return Map.copyOf(more);
    }

    /// Every merge of one seed's results.
    static List<GridMerge> merges(Experiment experiment, long seed) {
        List<GridMerge> merges = new ArrayList<>();
        for (MergeSettings merging : experiment.merges()) {
            for (Variant variant : experiment.variants()) {
                if (merging.takes(variant)) {
                    experiment.protections(variant).stream()
                            .map(Protection::merged)
                            .distinct()
                            .map(protection -> inputs(experiment, variant, seed, protection))
                            .forEach(inputs -> merges.add(new GridMerge(merging, inputs)));
                }
            }
        }
        return merges;
    }

    /// A sequence of one task is the run over it that is merged.
    private static GridRun run(
            List<GridRun> merged,
            Variant variant,
            List<String> order,
            long seed,
            Map<String, Optional<Variant>> later) {
        return merged.stream()
                .filter(input -> input.variant().equals(variant)
                        && input.order().equals(order)
                        && later.values().stream().allMatch(Optional::isEmpty))
                .findFirst()
                .orElse(new GridRun(variant, order, seed).later(later));
    }

    /// Masks that avoid each other in a sequence do so in a merge.
    private static List<GridRun> inputs(Experiment experiment, Variant variant, long seed, Protection protection) {
        List<String> tasks = experiment.tasks().stream().map(Task::name).toList();
        Map<String, Optional<Variant>> others = experiment.tasks().stream()
                .filter(task -> task.later() != null)
                .collect(Collectors.toMap(Task::name, task -> Optional.empty()));
        boolean disjoint = variant.method() instanceof Sparse sparse && sparse.disjoint();
        return IntStream.range(0, tasks.size())
                .mapToObj(task -> disjoint
                        ? GridRun.disjoint(variant, tasks, task, seed)
                        : new GridRun(variant, List.of(tasks.get(task)), seed))
                .map(run -> run.with(protection).later(others))
                .toList();
    }
}
