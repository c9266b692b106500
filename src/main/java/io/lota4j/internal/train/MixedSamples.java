package io.lota4j.internal.train;

import io.lota4j.data.Dataset;
import io.lota4j.internal.data.BatchOrder;
import io.lota4j.internal.train.Mix.Loss;
import io.lota4j.train.TrainConfig;
import java.util.ArrayList;
import java.util.List;

/// A data set in the order of a configuration's seed, of which each step leaves room for the rows of a mix: they stand
/// behind its own where the objective is minimised on them, else they are none of the samples.
///
/// @param order of the steps' own examples
/// @param rows of the mix
/// @param batchSize the most examples of a micro-batch
/// @param accumulation micro-batches a step
record MixedSamples(Dataset data, BatchOrder order, MixRows rows, int batchSize, int accumulation) implements Samples {
    static MixedSamples of(Dataset data, TrainConfig config, MixRows rows) {
        long own = config.stepExamples() - rows.mix().perBatch();
        return new MixedSamples(
                data,
                new BatchOrder(data.shares(), own, config.seed(), config.shuffle()),
                rows,
                config.batchSize(),
                config.accumulation());
    }

    @Override
    public List<Sample> microBatch(long number) {
        List<Sample> step = step(number / accumulation);
        int from = (int) Math.min(step.size(), number % accumulation * batchSize);
        return step.subList(from, (int) Math.min(step.size(), (long) from + batchSize));
    }

    private List<Sample> step(long step) {
        List<Sample> samples = new ArrayList<>();
        for (int place : order.step(step)) {
            samples.add(new Sample(place, data.examples().get(place)));
        }
        if (rows.mix().loss() == Loss.CE) {
            samples.addAll(rows.of(step));
        }
        return samples;
    }

    @Override
    public String placesOf(List<Sample> samples) {
        List<Integer> own = samples.stream()
                .filter(sample -> !rows.has(sample))
                .map(sample -> sample.example().row())
                .toList();
        List<Sample> mixed = samples.stream().filter(rows::has).toList();
        return mixed.isEmpty() ? data.places(own) : data.places(own) + ", and mixed in " + rows.places(mixed);
    }
}
