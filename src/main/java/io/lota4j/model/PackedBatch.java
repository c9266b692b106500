package io.lota4j.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// Several sequences laid end to end, without padding: every product sees real tokens only, and attention
/// runs for each group of sequences of one length. So nothing a sequence yields depends on what it is batched
/// with.
///
/// @param ids token ids of all sequences, shortest sequence first
/// @param positions position of each token in its own sequence
/// @param groups pairs: how many sequences, of which length
/// @param order which sequence of the caller's list stands at each place
/// @param rows tokens whose next token is scored, ascending
/// @param labels the token to be predicted at each of `rows`
/// @param owners place in `order` of the sequence that each of `rows` belongs to
@SuppressWarnings("ArrayRecordComponent") // built here and never written again
public record PackedBatch(
        long[] ids, long[] positions, long[] groups, int[] order, long[] rows, long[] labels, int[] owners) {

    /// A sequence and which of its tokens carry loss (a token at position 0 never does: nothing predicts it).
    @SuppressWarnings("ArrayRecordComponent") // shared with its maker, never written
    public record Sequence(int[] ids, boolean[] scored) {}

    /// @param sequences at least one, each with at least one token
    public static PackedBatch of(List<Sequence> sequences) {
        int[] order = IntStream.range(0, sequences.size())
                .boxed()
                .sorted(Comparator.comparingInt(i -> sequences.get(i).ids().length))
                .mapToInt(Integer::intValue)
                .toArray();
        Builder builder =
                new Builder(sequences.stream().mapToInt(s -> s.ids().length).sum());
        for (int place = 0; place < order.length; place++) {
            builder.add(sequences.get(order[place]), place);
        }
        return builder.build(order);
    }

    /// Number of tokens in all.
    public int tokens() {
        return ids.length;
    }

    /// The length of each token's sequence, in tokens.
    long[] lengths() {
        long[] lengths = new long[ids.length];
        int from = 0;
        for (int g = 0; g < groups.length; g += 2) {
            int to = from + (int) (groups[g] * groups[g + 1]);
            Arrays.fill(lengths, from, to, groups[g + 1]);
            from = to;
        }
        return lengths;
    }

    /// The longest sequence, in tokens.
    public int longest() {
        return (int) groups[groups.length - 1];
    }

    private static final class Builder {
        private final long[] ids;
        private final long[] positions;
        private final List<long[]> groups = new ArrayList<>();
        private final List<int[]> scored = new ArrayList<>();
        private int used;

        Builder(int tokens) {
            ids = new long[tokens];
            positions = new long[tokens];
        }

        void add(Sequence sequence, int place) {
            int length = sequence.ids().length;
            if (!groups.isEmpty() && groups.getLast()[1] == length) {
                groups.getLast()[0]++;
            } else {
                groups.add(new long[] {1, length});
            }
            for (int t = 0; t < length; t++) {
                ids[used + t] = sequence.ids()[t];
                positions[used + t] = t;
                if (t > 0 && sequence.scored()[t]) {
                    scored.add(new int[] {used + t - 1, sequence.ids()[t], place});
                }
            }
            used += length;
        }

        PackedBatch build(int[] order) {
            return new PackedBatch(
                    ids,
                    positions,
                    groups.stream().flatMapToLong(Arrays::stream).toArray(),
                    order,
                    scored.stream().mapToLong(s -> s[0]).toArray(),
                    scored.stream().mapToLong(s -> s[1]).toArray(),
                    scored.stream().mapToInt(s -> s[2]).toArray());
        }
    }
}
