package io.lota4j.train.attribution;

import io.lota4j.data.Dataset;
import io.lota4j.data.Example;
import io.lota4j.internal.SplitMix64;
import io.lota4j.internal.data.BatchOrder;
import io.lota4j.train.TrainConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/// Rows of a data set that a mask was not chosen by, drawn by a seed: the same for the same seed, in the
/// order of the file. Where all rows were used, any; where fewer are left than are wanted, these.
///
/// @param data what the mask was chosen by
/// @param used which of its examples; never to be changed
/// @param seed of the draw
public record FreshRows(Dataset data, BitSet used, long seed) {
    /// A stream of its own: no data order and no random mask is drawn by these numbers.
    private static final long STREAM = 0x66726573685F726FL;

    /// Of data of which nothing was used.
    public static FreshRows of(Dataset data, long seed) {
        return new FreshRows(data, new BitSet(), seed);
    }

    /// Of data whose first rows were gone through.
    ///
    /// @param rows how many
    public static FreshRows afterFirst(Dataset data, int rows, long seed) {
        BitSet used = new BitSet();
        used.set(0, Math.min(rows, data.examples().size()));
        return new FreshRows(data, used, seed);
    }

    /// Of data that a calibration trained on.
    public static FreshRows after(Dataset data, TrainConfig calibration) {
        BatchOrder order =
                new BatchOrder(data.shares(), calibration.stepExamples(), calibration.seed(), calibration.shuffle());
        BitSet used = new BitSet();
        int all = data.examples().size();
        for (long step = 0; step < calibration.steps() && used.cardinality() < all; step++) {
            Arrays.stream(order.step(step)).forEach(used::set);
        }
        return new FreshRows(data, used, calibration.seed());
    }

    /// Whether there is a row that was not used.
    public boolean isFresh() {
        return used.cardinality() < data.examples().size();
    }

    /// Draws some of them.
    ///
    /// @param most how many, at least 1
    public List<Example> draw(int most) {
        List<Integer> left = new ArrayList<>();
        boolean fresh = isFresh();
        for (int row = 0; row < data.examples().size(); row++) {
            if (!fresh || !used.get(row)) {
                left.add(row);
            }
        }
        int count = Math.min(most, left.size());
        for (int place = 0; place < count; place++) {
            long number = SplitMix64.mix((STREAM ^ seed) + (place + 1) * SplitMix64.GOLDEN_GAMMA);
            int other = place + (int) Long.remainderUnsigned(number, left.size() - place);
            int row = left.get(other);
            left.set(other, left.get(place));
            left.set(place, row);
        }
        return left.subList(0, count).stream()
                .sorted()
                .map(row -> data.examples().get(row))
                .toList();
    }
}
