package io.lota4j.train;

import io.lota4j.data.Example;
import io.lota4j.model.PackedBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/// Some of a step's examples, as one pass takes them.
///
/// @param batch the packed tokens
/// @param rows the rows of the data file they come from
@SuppressWarnings("ArrayRecordComponent") // made once, never written
record MicroBatch(PackedBatch batch, int[] rows) {

    /// Cuts a micro-batch into passes of similar size, sequences of similar length together. A sequence is never cut.
    ///
    /// @param most tokens of a pass, where sequences are short enough
    static List<MicroBatch> passes(List<Example> examples, int most) {
        List<Example> sorted = examples.stream()
                .sorted(Comparator.comparingInt(Example::length))
                .toList();
        int tokens = sorted.stream().mapToInt(Example::length).sum();
        int passes = Math.max(1, Math.ceilDiv(tokens, most));
        List<MicroBatch> cut = new ArrayList<>();
        int from = 0;
        int held = 0;
        for (int to = 0; to < sorted.size(); to++) {
            held += sorted.get(to).length();
            boolean full = held * (long) passes >= tokens * (cut.size() + 1L);
            if (full || to == sorted.size() - 1) {
                cut.add(of(sorted.subList(from, to + 1)));
                from = to + 1;
            }
        }
        return cut;
    }

    private static MicroBatch of(List<Example> examples) {
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
