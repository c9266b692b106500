package io.lota4j.internal.train;

import io.lota4j.data.Dataset;
import io.lota4j.internal.data.BatchOrder;
import io.lota4j.internal.train.Mix.Loss;
import io.lota4j.internal.train.Samples.BatchedSamples;
import io.lota4j.train.TrainConfig;
import java.util.ArrayList;
import java.util.List;

/// A data set in the order of a configuration's seed, of which each step leaves room for the rows of a mix: they stand
/// behind its own where the objective is minimised on them, else they are none of the samples. Every step has as many
/// of
/// the data set: where its rows end within a step they begin again there.
///
/// @param own the data set's, in steps of one row
/// @param each rows of the data set in a step
/// @param rows of the mix
record MixedSamples(BatchedSamples own, long each, MixRows rows) implements Samples {
    static MixedSamples of(Dataset data, TrainConfig config, MixRows rows) {
        BatchOrder order = new BatchOrder(data.shares(), 1, config.seed(), config.shuffle());
        return new MixedSamples(
                new BatchedSamples(data, order, config.batchSize(), config.accumulation()),
                config.stepExamples() - rows.mix().perBatch(),
                rows);
    }

    @Override
    public List<Sample> microBatch(long number) {
        return own.part(step(number / own.accumulation()), number);
    }

    /// The same steps without the rows of the mix.
    Samples ofData() {
        return number -> own.part(ofData(number / own.accumulation()), number);
    }

    private List<Sample> ofData(long step) {
        List<Sample> samples = new ArrayList<>();
        for (long row = 0; row < each; row++) {
            samples.addAll(own.step(step * each + row));
        }
        return samples;
    }

    private List<Sample> step(long step) {
        List<Sample> samples = ofData(step);
        if (rows.mix().loss() == Loss.CE) {
            samples.addAll(rows.of(step));
        }
        return samples;
    }

    @Override
    public String placesOf(List<Sample> samples) {
        String places = own.placesOf(
                samples.stream().filter(sample -> !rows.has(sample)).toList());
        List<Sample> mixed = samples.stream().filter(rows::has).toList();
        return mixed.isEmpty() ? places : places + ", and mixed in " + rows.places(mixed);
    }
}
