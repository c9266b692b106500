package io.lota4j.train;

import io.lota4j.data.BatchOrder;
import io.lota4j.data.Dataset;
import io.lota4j.data.Example;
import java.util.Arrays;
import java.util.List;

/// A data set in the order that a configuration's seed gives it.
record BatchedSamples(List<Example> examples, BatchOrder order) implements Samples {
    static BatchedSamples of(Dataset data, TrainConfig config) {
        List<Example> examples = data.examples();
        return new BatchedSamples(
                examples, new BatchOrder(examples.size(), config.batchSize(), config.seed(), config.shuffle()));
    }

    @Override
    public List<Example> microBatch(long number) {
        return Arrays.stream(order.batch(number)).mapToObj(examples::get).toList();
    }
}
