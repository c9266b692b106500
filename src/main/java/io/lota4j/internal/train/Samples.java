package io.lota4j.internal.train;

import io.lota4j.data.Dataset;
import io.lota4j.internal.data.BatchOrder;
import io.lota4j.train.TrainConfig;
import java.util.ArrayList;
import java.util.Arrays;
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

    /// Where samples stand.
    default String placesOf(List<Sample> samples) {
        return places(samples.stream().map(sample -> sample.example().row()).toList());
    }

    /// Every sample that the first so many micro-batches take, once, by its place.
    default List<Sample> of(long microBatches) {
        SequencedMap<Integer, Sample> taken = new TreeMap<>();
        for (long number = 0; number < microBatches; number++) {
            microBatch(number).forEach(sample -> taken.put(sample.place(), sample));
        }
        return new ArrayList<>(taken.values());
    }

    /// A data set in the order that a configuration's seed gives it.
    ///
    /// @param order of the steps' examples
    /// @param batchSize the most examples of a micro-batch
    /// @param accumulation micro-batches a step
    record BatchedSamples(Dataset data, BatchOrder order, int batchSize, int accumulation) implements Samples {
        static BatchedSamples of(Dataset data, TrainConfig config) {
            return new BatchedSamples(
                    data,
                    new BatchOrder(data.shares(), config.stepExamples(), config.seed(), config.shuffle()),
                    config.batchSize(),
                    config.accumulation());
        }

        @Override
        public List<Sample> microBatch(long number) {
            return part(step(number / accumulation), number);
        }

        /// All samples of a step, from 0.
        List<Sample> step(long step) {
            return Arrays.stream(order.step(step))
                    .mapToObj(place -> new Sample(place, data.examples().get(place)))
                    .toList();
        }

        /// The part of a step's samples that is a micro-batch.
        List<Sample> part(List<Sample> step, long number) {
            int from = (int) Math.min(step.size(), number % accumulation * batchSize);
            return step.subList(from, (int) Math.min(step.size(), (long) from + batchSize));
        }

        @Override
        public String places(List<Integer> rows) {
            return data.places(rows);
        }

        @Override
        public List<Sample> of(long microBatches) {
            long inEpoch = BatchOrder.stepsOfAnEpoch(data.epochRows(), (long) batchSize * accumulation);
            return microBatches / accumulation >= inEpoch
                    ? Sample.all(data.examples())
                    : Samples.super.of(microBatches);
        }
    }
}
