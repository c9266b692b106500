package io.lota4j.train;

import io.lota4j.data.Example;
import io.lota4j.model.PackedBatch;
import java.util.Arrays;
import java.util.List;

/// Some of a step's examples, as one pass takes them.
///
/// @param batch the packed tokens
/// @param rows the rows of the data file they come from
@SuppressWarnings("ArrayRecordComponent") // made once, never written
record MicroBatch(PackedBatch batch, int[] rows) {

    static MicroBatch of(List<Example> examples) {
        return new MicroBatch(
                PackedBatch.of(examples.stream()
                        .map(e -> new PackedBatch.Sequence(e.ids(), e.scored()))
                        .toList()),
                examples.stream().mapToInt(Example::row).toArray());
    }

    int scored() {
        return batch.rows().length;
    }

    /// The weight of every scored token in the step's loss.
    float[] weights(double each) {
        float[] weights = new float[scored()];
        Arrays.fill(weights, (float) each);
        return weights;
    }
}
