package io.lota4j.train.attribution;

import io.lota4j.internal.mask.ScoreWords;
import io.lota4j.internal.mask.TensorValues;
import io.lota4j.internal.model.Decoder;
import io.lota4j.internal.model.GradientSink;
import io.lota4j.internal.model.PackedBatch;
import java.util.Arrays;

/// A score that is added up example by example, and read when all have been seen.
interface Tally extends GradientSink, TensorValues, AutoCloseable {
    /// How messages speak of it.
    ScoreWords WORDING = new ScoreWords(
            "score",
            "scores",
            "Score more rows",
            "A weight of the base, or a value in the passes over the data, is so too.");

    /// The next pass is over this batch; what follows until [#end] is added up with it.
    void begin(PackedBatch batch);

    /// Everything since [#begin] has been seen.
    void end();

    /// Goes through a batch. Every token of a response has the same weight, 1: the loss is that of the whole
    /// responses.
    ///
    /// @return the sum of the losses, nats
    default double through(Decoder decoder, PackedBatch batch) {
        begin(batch);
        double loss = pass(decoder, batch, 1);
        end();
        return loss;
    }

    /// Goes through a batch between [#begin] and [#end].
    ///
    /// @param weight of every token of a response
    /// @return the sum of the losses as they are, nats
    default double pass(Decoder decoder, PackedBatch batch, float weight) {
        float[] weights = new float[batch.targetPositions().length];
        Arrays.fill(weights, weight);
        // Rows may hold no label at all.
        return weights.length == 0 ? 0 : decoder.gradients(batch, weights, this).sum();
    }

    @Override
    default ScoreWords wording() {
        return WORDING;
    }

    @Override
    void close();
}
