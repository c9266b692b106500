package io.lota4j.train;

import io.lota4j.data.Example;
import java.util.List;

/// The examples of a run in the order of its steps: a pure function of the step, so that a resumed run goes on
/// with the same examples.
@FunctionalInterface
public interface Samples {
    /// The examples of micro-batch `number` = 0, 1, …, counted over the whole run. An epoch that ends within
    /// a step leaves the step's last micro-batches with fewer, or none; the first of a step has at least one.
    List<Example> microBatch(long number);
}
