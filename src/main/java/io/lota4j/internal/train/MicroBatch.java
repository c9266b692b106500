package io.lota4j.internal.train;

import io.lota4j.data.Example;
import io.lota4j.internal.model.PackedBatch;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Some of a step's samples, as one pass takes them.
///
/// @param samples whose sequences they are
/// @param batch the packed tokens of all their sequences
/// @param starts of each sequence, in the samples' order, the place of its first labelled token among all of the batch
/// @param counts of each sequence, how many labelled tokens it has
@SuppressWarnings("ArrayRecordComponent") // made once, never written
public record MicroBatch(List<Sample> samples, PackedBatch batch, int[] starts, int[] counts) {

    /// Cuts a micro-batch into passes of similar size, samples of similar length together. A sample is never cut.
    ///
    /// @param most tokens of a pass, where samples are short enough
    public static List<MicroBatch> passes(List<Sample> samples, int most) {
        List<Sample> sorted = samples.stream()
                .sorted(Comparator.comparingInt(MicroBatch::tokens))
                .toList();
        long tokens = sorted.stream().mapToLong(MicroBatch::tokens).sum();
        long passes = Math.max(1, Math.ceilDiv(tokens, most));
        List<MicroBatch> cut = new ArrayList<>();
        int from = 0;
        long held = 0;
        for (int to = 0; to < sorted.size(); to++) {
            held += tokens(sorted.get(to));
            boolean full = held * passes >= tokens * (cut.size() + 1L);
            if (full || to == sorted.size() - 1) {
                cut.add(of(sorted.subList(from, to + 1)));
                from = to + 1;
            }
        }
        return cut;
    }

    private static int tokens(Sample sample) {
        return sample.example().allTokens();
    }

    private static MicroBatch of(List<Sample> samples) {
        List<Example> sequences = sequences(samples);
        PackedBatch batch = PackedBatch.of(sequences.stream()
                .map(e -> new PackedBatch.Sequence(e.ids(), e.labelled()))
                .toList());
        int[] starts = new int[sequences.size()];
        int[] counts = new int[sequences.size()];
        int[] owners = batch.sequenceOf();
        for (int token = 0; token < owners.length; token++) {
            int sequence = batch.order()[owners[token]];
            if (counts[sequence]++ == 0) {
                starts[sequence] = token;
            }
        }
        return new MicroBatch(samples, batch, starts, counts);
    }

    /// All sequences of samples, in their order.
    static List<Example> sequences(List<Sample> samples) {
        return samples.stream()
                .flatMap(sample -> sample.example().sequences().stream())
                .toList();
    }

    /// How many labelled tokens there are.
    public int scored() {
        return batch.targetPositions().length;
    }

    /// Rows of the data file that the samples come from.
    public List<Integer> rows() {
        return samples.stream().map(sample -> sample.example().row()).toList();
    }
}
