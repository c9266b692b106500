package io.lota4j.internal.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.Golden;
import io.lota4j.internal.model.PackedBatch.Sequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PackedBatchTest {
    @Test
    void sequencesOfOneLengthMakeAGroup() {
        PackedBatch batch = PackedBatch.of(List.of(
                sequence(new int[] {1, 2, 3}, 1, 2),
                sequence(new int[] {4}),
                sequence(new int[] {5, 6, 7}, 2),
                sequence(new int[] {8, 9})));
        assertThat(batch.order()).containsExactly(1, 3, 0, 2);
        assertThat(batch.ids()).containsExactly(4, 8, 9, 1, 2, 3, 5, 6, 7);
        assertThat(batch.positions()).containsExactly(0, 0, 1, 0, 1, 2, 0, 1, 2);
        assertThat(batch.groups()).containsExactly(1, 1, 1, 2, 2, 3);
        assertThat(batch.targetPositions()).containsExactly(3, 4, 7);
        assertThat(batch.targets()).containsExactly(2, 3, 7);
        assertThat(batch.sequenceOf()).containsExactly(2, 2, 3);
        assertThat(batch.tokens()).isEqualTo(9);
        assertThat(batch.longest()).isEqualTo(3);
    }

    @Test
    void theFirstTokenIsNeverScored() {
        PackedBatch batch = PackedBatch.of(List.of(sequence(new int[] {7, 8}, 0, 1), sequence(new int[] {9}, 0)));
        assertThat(batch.targets()).containsExactly(8);
        assertThat(batch.targetPositions()).containsExactly(1);
    }

    @Test
    void lossesDoNotDependOnTheCompany() {
        for (long seed = 0; seed < 3; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            try (Decoder decoder = Decoder.open(Golden.path("models/llama3-rope"))) {
                List<Sequence> sequences = random(random, decoder.config().vocabSize(), 9);
                List<float[]> together = losses(decoder, sequences);
                for (int s = 0; s < sequences.size(); s++) {
                    float[] alone = losses(decoder, List.of(sequences.get(s))).getFirst();
                    assertThat(together.get(s))
                            .as("sequence %d, seed %d", s, seed)
                            .usingComparatorWithPrecision(1e-6f)
                            .containsExactly(alone);
                }
            }
        }
    }

    @Test
    void whatIsScoredBehindAStart() {
        int[] start = {20, 21};
        PackedBatch batch = PackedBatch.behind(
                2,
                List.of(
                        sequence(after(start, 1, 2, 3, 4), 4),
                        sequence(after(start, 5, 6), 3),
                        sequence(after(start, 7, 8, 9), 3, 4)));
        assertThat(batch.order()).containsExactly(1, 0, 2);
        assertThat(batch.ids()).containsExactly(5, 1, 2, 7, 8);
        assertThat(batch.positions()).containsExactly(2, 2, 3, 2, 3);
        assertThat(batch.groups()).containsExactly(1, 1, 2, 2);
        assertThat(batch.targetPositions()).containsExactly(0, 2, 3, 4);
        assertThat(batch.targets()).containsExactly(6, 3, 8, 9);
        assertThat(batch.sequenceOf()).containsExactly(0, 1, 2, 2);
        assertThat(batch.longest()).isEqualTo(4);
        assertThat(batch.lengths()).containsExactly(3, 4, 4, 4, 4);
        assertThat(batch.withPredictingTokensOnly().targetPositions()).containsExactly(0, 1, 2, 3);
    }

    @Test
    void aBatchWithoutScoredTokensHasNoLosses() {
        try (Decoder decoder = Decoder.open(Golden.path("models/llama-tied"))) {
            Loss loss = decoder.losses(PackedBatch.of(List.of(sequence(new int[] {1, 2, 3}))));
            assertThat(loss.tokenLosses()).isEmpty();
            assertThat(loss.sum()).isCloseTo(0, within(0.0));
        }
    }

    /// Each sequence's losses, in the caller's order.
    private static List<float[]> losses(Decoder decoder, List<Sequence> sequences) {
        PackedBatch batch = PackedBatch.of(sequences);
        float[] losses = decoder.losses(batch).tokenLosses();
        List<float[]> of = new ArrayList<>();
        for (int s = 0; s < sequences.size(); s++) {
            int wanted = s;
            int[] rows = IntStream.range(0, losses.length)
                    .filter(r -> batch.order()[batch.sequenceOf()[r]] == wanted)
                    .toArray();
            float[] own = new float[rows.length];
            for (int r = 0; r < rows.length; r++) {
                own[r] = losses[rows[r]];
            }
            of.add(own);
        }
        return of;
    }

    private static List<Sequence> random(SplittableRandom random, int vocab, int count) {
        List<Sequence> sequences = new ArrayList<>();
        for (int s = 0; s < count; s++) {
            int length = 2 + random.nextInt(20);
            boolean[] scored = new boolean[length];
            for (int t = 1; t < length; t++) {
                scored[t] = random.nextBoolean();
            }
            sequences.add(new Sequence(random.ints(length, 0, vocab).toArray(), scored));
        }
        return sequences;
    }

    private static int[] after(int[] start, int... rest) {
        return IntStream.concat(Arrays.stream(start), Arrays.stream(rest)).toArray();
    }

    private static Sequence sequence(int[] ids, int... scored) {
        boolean[] marks = new boolean[ids.length];
        Arrays.stream(scored).forEach(t -> marks[t] = true);
        return new Sequence(ids, marks);
    }
}
