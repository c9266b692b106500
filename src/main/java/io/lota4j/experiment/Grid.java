package io.lota4j.experiment;

import io.lota4j.internal.experiment.Experiment;
import io.lota4j.internal.experiment.GridRun;
import io.lota4j.internal.experiment.MergeSettings;
import io.lota4j.internal.experiment.Method.Sparse;
import io.lota4j.internal.experiment.Protection;
import io.lota4j.internal.experiment.Task;
import io.lota4j.internal.experiment.Variant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
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
                    for (Protection protection : experiment.protections(variant)) {
                        GridRun run = run(merged, variant, order, seed).with(protection);
                        runs.addAll(run.runsBeside());
                        runs.add(run);
                    }
                }
            }
            runs.addAll(merged);
        }
        return List.copyOf(runs);
    }

    /// Every merge of one seed's results.
    static List<GridMerge> merges(Experiment experiment, long seed) {
        List<GridMerge> merges = new ArrayList<>();
        for (MergeSettings merging : experiment.merges()) {
            for (Variant variant : experiment.variants()) {
                if (merging.takes(variant)) {
                    experiment.protections(variant).stream()
                            .map(Protection::whileTraining)
                            .distinct()
                            .map(protection -> inputs(experiment, variant, seed, protection))
                            .forEach(inputs -> merges.add(new GridMerge(merging, inputs)));
                }
            }
        }
        return merges;
    }

    /// A sequence of one task is the run over it that is merged.
    private static GridRun run(List<GridRun> merged, Variant variant, List<String> order, long seed) {
        return merged.stream()
                .filter(input ->
                        input.variant().equals(variant) && input.order().equals(order))
                .findFirst()
                .orElse(new GridRun(variant, order, seed));
    }

    /// Masks that avoid each other in a sequence do so in a merge.
    private static List<GridRun> inputs(Experiment experiment, Variant variant, long seed, Protection protection) {
        List<String> tasks = experiment.tasks().stream().map(Task::name).toList();
        boolean disjoint = variant.method() instanceof Sparse sparse && sparse.disjoint();
        return IntStream.range(0, tasks.size())
                .mapToObj(task -> disjoint
                        ? GridRun.disjoint(variant, tasks, task, seed)
                        : new GridRun(variant, List.of(tasks.get(task)), seed))
                .map(run -> run.with(protection))
                .toList();
    }
}
