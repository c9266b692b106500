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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
    void whatAllBeginWithStandsOnce() {
        int[] start = IntStream.range(20, 29).toArray();
        PackedBatch batch = PackedBatch.sharing(
                List.of(sequence(after(start, 1, 2, 3), 11), sequence(after(start, 4)), sequence(after(start, 5))));
        assertThat(batch.order()).containsExactly(1, 2, 0);
        assertThat(batch.ids()).containsExactly(20, 21, 22, 23, 24, 25, 26, 27, 28, 4, 5, 1, 2, 3);
        assertThat(batch.positions()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 10, 11);
        assertThat(batch.groups()).containsExactly(0, 9, 2, 1, 1, 3);
        // A start that predicts a scored token is its sequence's own.
        assertThat(PackedBatch.sharing(List.of(sequence(after(start, 1), 9), sequence(after(start, 4), 9)))
                        .groups())
                .containsExactly(0, 8, 2, 2);
        assertThat(batch.targetPositions()).containsExactly(12);
        assertThat(batch.targets()).containsExactly(3);
        assertThat(batch.sequenceOf()).containsExactly(2);
        assertThat(batch.longest()).isEqualTo(12);
        assertThat(batch.lengths()).containsExactly(9, 9, 9, 9, 9, 9, 9, 9, 9, 10, 10, 12, 12, 12);
    }

    @Test
    void aStartIsSharedOnlyIfItPays() {
        int[] start = IntStream.range(20, 29).toArray();
        PackedBatch alone = PackedBatch.sharing(List.of(sequence(after(start, 1, 2), 10)));
        assertThat(alone.groups()).containsExactly(1, 11);
        PackedBatch scoredEarly =
                PackedBatch.sharing(List.of(sequence(after(start, 1, 2), 8), sequence(after(start, 3, 4), 10)));
        assertThat(scoredEarly.groups()).containsExactly(2, 11);
    }

    /// Windows, caps, sinks, learned positions, tempered queries, experts; convolutions and ropes of longer sequences,
    /// which share nothing.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "llama3-rope",
                "gemma2",
                "gemma3",
                "gpt-oss",
                "gpt2",
                "gpt-neox",
                "ministral3",
                "mistral-window",
                "qwen2-window",
                "qwen3-moe",
                "phi3-partial",
                "phi3-longrope",
                "lfm2",
                "qwen3.5"
            })
    void lossesBehindASharedStartAreThoseOfWholeSequences(String model) {
        SplittableRandom random = new SplittableRandom(model.hashCode());
        try (Decoder decoder = Decoder.open(Golden.path("models/" + model))) {
            int vocab = decoder.config().vocabSize();
            int[] start = random.ints(13, 0, vocab).toArray();
            List<Sequence> sequences = new ArrayList<>();
            for (int length : new int[] {1, 6, 3, 6, 14}) {
                int[] ids = after(start, random.ints(length, 0, vocab).toArray());
                sequences.add(sequence(ids, start.length + length / 2, ids.length - 1));
            }
            PackedBatch shared = decoder.toScore(sequences);
            PackedBatch whole = PackedBatch.of(sequences);
            boolean shares = !List.of("phi3-longrope", "lfm2", "qwen3.5").contains(model);
            assertThat(shared.tokens()).isEqualTo(shares ? whole.tokens() - 4 * 12 : whole.tokens());
            assertThat(shared.targets()).isEqualTo(whole.targets());
            assertThat(decoder.losses(shared).tokenLosses())
                    .usingComparatorWithPrecision(5e-6f)
                    .containsExactly(decoder.losses(whole).tokenLosses());
        }
    }

    /// Longer than a block of queries.
    @Test
    void blocksOfQueriesSeeTheStart() {
        SplittableRandom random = new SplittableRandom(4);
        try (Decoder decoder = Decoder.open(Golden.path("models/mistral-window"))) {
            int vocab = decoder.config().vocabSize();
            int[] start = random.ints(300, 0, vocab).toArray();
            List<Sequence> sequences = new ArrayList<>();
            for (int length : new int[] {270, 300}) {
                int[] ids = after(start, random.ints(length, 0, vocab).toArray());
                sequences.add(sequence(ids, 400, ids.length - 1));
            }
            assertThat(decoder.losses(decoder.toScore(sequences)).tokenLosses())
                    .usingComparatorWithPrecision(2e-6f)
                    .containsExactly(decoder.losses(PackedBatch.of(sequences)).tokenLosses());
        }
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
