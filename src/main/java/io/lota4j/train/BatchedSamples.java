package io.lota4j.train;

import io.lota4j.data.BatchOrder;
import io.lota4j.data.Dataset;
import io.lota4j.data.Example;
import java.util.Arrays;
import java.util.List;

/// A data set in the order that a configuration's seed gives it.
///
/// @param order of the steps' examples
/// @param batchSize the most examples of a micro-batch
/// @param accumulation micro-batches a step
record BatchedSamples(List<Example> examples, BatchOrder order, int batchSize, int accumulation) implements Samples {
    static BatchedSamples of(Dataset data, TrainConfig config) {
        List<Example> examples = data.examples();
        return new BatchedSamples(
                examples,
                new BatchOrder(examples.size(), config.stepExamples(), config.seed(), config.shuffle()),
                config.batchSize(),
                config.accumulation());
    }

    @Override
    public List<Sample> microBatch(long number) {
        int[] step = order.step(number / accumulation);
        int from = (int) Math.min(step.length, number % accumulation * batchSize);
        return Arrays.stream(step, from, (int) Math.min(step.length, (long) from + batchSize))
                .mapToObj(place -> new Sample(place, examples.get(place)))
                .toList();
    }

    @Override
    public List<Sample> of(long microBatches) {
        long inEpoch = BatchOrder.stepsOfAnEpoch(examples.size(), (long) batchSize * accumulation);
        return microBatches / accumulation >= inEpoch ? Sample.all(examples) : Samples.super.of(microBatches);
    }
}
