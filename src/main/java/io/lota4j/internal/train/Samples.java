package io.lota4j.internal.train;

import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;
import java.util.TreeMap;

/// The samples of a run in the order of its steps: a pure function of the step, so that a resumed run goes on
/// with the same samples.
@FunctionalInterface
public interface Samples {
    /// The samples of micro-batch `number` = 0, 1, …, counted over the whole run. An epoch that ends within
    /// a step leaves the step's last micro-batches with fewer, or none; the first of a step has at least one.
    List<Sample> microBatch(long number);

    /// Where rows of the data stand, by their numbers from 0.
    default String places(List<Integer> rows) {
        return rows + " (from 0)";
    }

    /// Every sample that the first so many micro-batches take, once, by its place.
    default List<Sample> of(long microBatches) {
        SequencedMap<Integer, Sample> taken = new TreeMap<>();
        for (long number = 0; number < microBatches; number++) {
            microBatch(number).forEach(sample -> taken.put(sample.place(), sample));
        }
        return new ArrayList<>(taken.values());
    }
}
