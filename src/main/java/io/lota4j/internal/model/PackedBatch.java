package io.lota4j.internal.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// Several sequences laid end to end, without padding: every product sees real tokens only, and attention
/// runs for each group of sequences of one length. So nothing a sequence yields depends on what it is batched
/// with.
///
/// @param ids token ids of all sequences, shortest sequence first; what all begin with may stand before them, once, and
///     is no part of them then
/// @param positions position of each token in its own sequence
/// @param groups pairs: how many sequences, of which length; before them, with a count of 0, the length of what all
///     begin with, if that stands there
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
    public record Sequence(int[] ids, boolean[] labelled) {}

    /// @param sequences at least one, each with at least one token
    public static PackedBatch of(List<Sequence> sequences) {
        return of(sequences, 0);
    }

    /// As [#of(List)], with what all begin with once, if it is long enough to pay. For layers in which tokens meet in
    /// attention only, and not to go back through.
    static PackedBatch sharing(List<Sequence> sequences) {
        int[][] unscored = sequences.stream()
                .map(s -> Arrays.copyOf(s.ids(), firstScored(s)))
                .toArray(int[][]::new);
        return of(sequences, CommonStart.of(unscored));
    }

    /// The first token that carries loss; behind the end if none does.
    private static int firstScored(Sequence sequence) {
        int length = sequence.ids().length;
        return IntStream.range(1, length)
                .filter(t -> sequence.labelled()[t])
                .findFirst()
                .orElse(length);
    }

    private static PackedBatch of(List<Sequence> sequences, int start) {
        int[] order = IntStream.range(0, sequences.size())
                .boxed()
                .sorted(Comparator.comparingInt(i -> sequences.get(i).ids().length))
                .mapToInt(Integer::intValue)
                .toArray();
        Builder builder = new Builder(
                sequences.stream().mapToInt(s -> s.ids().length - start).sum() + start);
        builder.begin(Arrays.copyOf(sequences.getFirst().ids(), start));
        for (int place = 0; place < order.length; place++) {
            builder.add(sequences.get(order[place]), start, place);
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
        int start = start();
        Arrays.fill(lengths, 0, start, start);
        int from = start;
        for (int g = start > 0 ? 2 : 0; g < groups.length; g += 2) {
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

    /// Tokens that all begin with and that stand once.
    private int start() {
        return groups[0] == 0 ? (int) groups[1] : 0;
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

        void begin(int[] start) {
            if (start.length > 0) {
                groups.add(new long[] {0, start.length});
                put(start, 0);
            }
        }

        private void put(int[] tokens, int first) {
            for (int t = first; t < tokens.length; t++) {
                ids[used] = tokens[t];
                positions[used] = t;
                used++;
            }
        }

        void add(Sequence sequence, int start, int place) {
            int length = sequence.ids().length - start;
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
            put(sequence.ids(), start);
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
