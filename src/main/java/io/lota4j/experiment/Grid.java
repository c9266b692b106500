package io.lota4j.experiment;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/// The runs of an experiment, the first seed's first: what a grid has after an hour should already be a comparison.
final class Grid {
    private Grid() {}

    /// Every sequence, and the tasks alone whose results are merged.
    static List<GridRun> runs(Experiment experiment) {
        LinkedHashSet<GridRun> runs = new LinkedHashSet<>();
        for (long seed : experiment.seeds()) {
            for (List<String> order : experiment.orders()) {
                experiment.variants().forEach(variant -> runs.add(new GridRun(variant, order, seed)));
            }
            merges(experiment, seed).forEach(merge -> runs.addAll(merge.inputs()));
        }
        return List.copyOf(runs);
    }

    /// Every merge of one seed's results.
    static List<GridMerge> merges(Experiment experiment, long seed) {
        List<GridMerge> merges = new ArrayList<>();
        for (Merging merging : experiment.merges()) {
            for (Variant variant : experiment.variants()) {
                if (merging.takes(variant)) {
                    merges.add(new GridMerge(merging, inputs(experiment, variant, seed)));
                }
            }
        }
        return merges;
    }

    private static List<GridRun> inputs(Experiment experiment, Variant variant, long seed) {
        return experiment.tasks().stream()
                .map(task -> new GridRun(variant, List.of(task.name()), seed))
                .toList();
    }
}
