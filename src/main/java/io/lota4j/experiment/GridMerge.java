package io.lota4j.experiment;

import io.lota4j.internal.Text;
import io.lota4j.internal.experiment.GridRun;
import io.lota4j.internal.experiment.MergeSettings;
import io.lota4j.internal.experiment.Variant;
import java.util.List;

/// One merge of a grid.
///
/// @param merging what is done
/// @param inputs one run a task, alike in everything else
record GridMerge(MergeSettings merging, List<GridRun> inputs) {
    /// Label in tables, such as `lota 99% + ties`.
    String label() {
        return inputs.getFirst().label() + " + " + merging.label();
    }

    Variant variant() {
        return inputs.getFirst().variant();
    }

    long seed() {
        return inputs.getFirst().seed();
    }

    List<String> tasks() {
        return inputs.stream().map(run -> run.order().getFirst()).toList();
    }

    /// Unique in a grid.
    String name() {
        return Text.format(
                "%s-lr%s-%s-s%d",
                GridRun.slug(label()), GridRun.rate(variant().lr()), String.join(".", tasks()), seed());
    }
}
