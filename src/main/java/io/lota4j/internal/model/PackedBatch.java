package io.lota4j.internal.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/// Several sequences laid end to end, without padding: every product sees real tokens only, and attention
/// runs for each group of sequences of one length. So nothing a sequence yields depends on what it is batched
/// with.
///
/// @param ids token ids of all sequences, shortest sequence first, without what all begin with if that is elsewhere
/// @param positions position of each token in its own sequence
/// @param groups pairs: how many sequences, of which length
/// @param order which sequence of the caller's list stands at each place
/// @param targetPositions tokens whose next token is scored, ascending
/// @param targets the token to be predicted at each of `targetPositions`
/// @param sequenceOf place in `order` of the sequence that each of `targetPositions` belongs to
@SuppressWarnings("ArrayRecordComponent") // built here and never written again
public record PackedBatch(
        long[] ids,
        long[] positions,
        long[] groups,
        int[] order,
        long[] targetPositions,
        long[] targets,
        int[] sequenceOf) {

    /// A sequence and which of its tokens carry loss (a token at position 0 never does: nothing predicts it).
    @SuppressWarnings("ArrayRecordComponent") // shared with its maker, never written
    public record Sequence(int[] ids, boolean[] labelled) {
        /// The first token that carries loss; behind the end if none does.
        int firstScored() {
            return scored().findFirst().orElse(ids.length);
        }

        /// The last token that carries loss; behind the end if none does.
        int lastScored() {
            return scored().reduce((a, b) -> b).orElse(ids.length);
        }

        private IntStream scored() {
            return IntStream.range(1, ids.length).filter(t -> labelled[t]);
        }
    }

    /// Whole sequences.
    ///
    /// @param sequences at least one, each with at least one token
    public static PackedBatch of(List<Sequence> sequences) {
        return of(0, sequences, s -> s.ids().length);
    }

    /// What is behind a start that all have, and before the last token that carries loss: what its loss is computed
    /// from, where no token sees those behind it.
    ///
    /// @param start tokens of it, before the first that carries loss
    static PackedBatch behind(int start, List<Sequence> sequences) {
        return of(start, sequences, Sequence::lastScored);
    }

    private static PackedBatch of(int start, List<Sequence> sequences, ToIntFunction<Sequence> end) {
        int[] order = IntStream.range(0, sequences.size())
                .boxed()
                .sorted(Comparator.comparingInt(i -> end.applyAsInt(sequences.get(i))))
                .mapToInt(Integer::intValue)
                .toArray();
        Builder builder = new Builder(
                sequences.stream().mapToInt(s -> end.applyAsInt(s) - start).sum());
        for (int place = 0; place < order.length; place++) {
            Sequence sequence = sequences.get(order[place]);
            builder.add(sequence, start, end.applyAsInt(sequence), place);
        }
        return builder.build(order);
    }

    /// The same scored tokens, where those that predict them are all that is left.
    PackedBatch withPredictingTokensOnly() {
        long[] places = LongStream.range(0, targetPositions.length).toArray();
        return new PackedBatch(ids, positions, groups, order, places, targets, sequenceOf);
    }

    /// Number of tokens in all.
    public int tokens() {
        return ids.length;
    }

    /// The length of each token's sequence, in tokens.
    long[] lengths() {
        long[] lengths = new long[ids.length];
        int start = start();
        int from = 0;
        for (int g = 0; g < groups.length; g += 2) {
            int to = from + (int) (groups[g] * groups[g + 1]);
            Arrays.fill(lengths, from, to, start + groups[g + 1]);
            from = to;
        }
        return lengths;
    }

    /// The longest sequence, in tokens.
    public int longest() {
        return start() + (int) groups[groups.length - 1];
    }

    /// Tokens that all begin with and that are elsewhere.
    private int start() {
        return (int) positions[0];
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

        void add(Sequence sequence, int start, int end, int place) {
            int length = end - start;
            if (!groups.isEmpty() && groups.getLast()[1] == length) {
                groups.getLast()[0]++;
            } else {
                groups.add(new long[] {1, length});
            }
            for (int t = Math.max(1, start); t < sequence.ids().length; t++) {
                if (sequence.labelled()[t]) {
                    scored.add(new int[] {used + t - start - 1, sequence.ids()[t], place});
                }
            }
            for (int t = start; t < end; t++) {
                ids[used] = sequence.ids()[t];
                positions[used] = t;
                used++;
            }
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
