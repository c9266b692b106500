package io.lota4j.internal.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.Golden;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.model.PackedBatch.Sequence;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.model.MemoryPolicy.ActivationPolicy;
import io.lota4j.model.MemoryPolicy.BaseWeights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScorerTest {
    private static final int START = 13;

    /// Windows, caps, sinks, gates, learned positions, tempered queries, norms behind, fused matrices, experts, layers
    /// beside each other; convolutions, delta rules and ropes of longer sequences, of which whole sequences are
    /// computed.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "llama-tied",
                "llama3-rope",
                "gemma2",
                "gemma3",
                "gpt-oss",
                "gpt2",
                "gpt-neox",
                "ministral3",
                "mistral-window",
                "olmo2",
                "qwen2-window",
                "qwen3-moe",
                "phi3-partial",
                "phi3-longrope",
                "lfm2",
                "qwen3.5"
            })
    void lossesAreThoseOfWholeSequences(String model) {
        try (Decoder decoder = Decoder.open(Golden.path("models/" + model));
                Scorer scorer = new Scorer(decoder)) {
            boolean whole = List.of("phi3-longrope", "lfm2", "qwen3.5").contains(model);
            SplittableRandom random = new SplittableRandom(model.hashCode());
            int[] start = random.ints(START, 0, decoder.config().vocabSize()).toArray();
            requireSame(decoder, scorer, sequences(decoder, random, start, 12));
            assertThat(scorer.keptTokens()).isEqualTo(whole ? 0 : START);
            // Behind what is kept, also alone, and where all have less in common.
            requireSame(decoder, scorer, sequences(decoder, random, start, 1));
            requireSame(decoder, scorer, sequences(decoder, random, Arrays.copyOf(start, 10), 3));
            assertThat(scorer.keptTokens()).isEqualTo(whole ? 0 : START);
            requireSame(decoder, scorer, sequences(decoder, random, new int[0], 3));
        }
    }

    /// The parts do not share a layer's memory there.
    @Test
    void layersMayStayInTheFile() {
        try (Checkpoint checkpoint = Checkpoint.open(Golden.path("models/llama-tied"));
                Decoder decoder =
                        Decoder.open(checkpoint, new MemoryPolicy(ActivationPolicy.KEEP, BaseWeights.MAPPED));
                Scorer scorer = new Scorer(decoder)) {
            requireSame(decoder, scorer, sequences(decoder, new SplittableRandom(2), new int[] {3}, 12));
        }
    }

    @Test
    void equalBatchesHaveEqualBits() {
        try (Decoder decoder = Decoder.open(Golden.path("models/llama-tied"))) {
            SplittableRandom random = new SplittableRandom(3);
            int[] start = random.ints(START, 0, decoder.config().vocabSize()).toArray();
            List<Sequence> sequences = sequences(decoder, random, start, 16);
            double[] first = losses(decoder, sequences);
            for (int run = 0; run < 5; run++) {
                assertThat(losses(decoder, sequences)).containsExactly(first);
            }
        }
    }

    /// Longer than a block of queries.
    @Test
    void blocksOfQueriesSeeTheStart() {
        SplittableRandom random = new SplittableRandom(4);
        try (Decoder decoder = Decoder.open(Golden.path("models/mistral-window"));
                Scorer scorer = new Scorer(decoder)) {
            int vocab = decoder.config().vocabSize();
            int[] start = random.ints(300, 0, vocab).toArray();
            List<Sequence> sequences = new ArrayList<>();
            for (int length : new int[] {270, 300}) {
                int[] ids = after(start, random.ints(length, 0, vocab).toArray());
                sequences.add(sequence(ids, 400, ids.length - 1));
            }
            requireSame(decoder, scorer, sequences);
            assertThat(scorer.keptTokens()).isEqualTo(300);
        }
    }

    /// It belongs to its sequence where its last token predicts a scored one, and a short one takes longer apart.
    @Test
    void aStartIsKeptOnlyWhereItPays() {
        int[] start = IntStream.range(1, 10).toArray();
        try (Decoder decoder = Decoder.open(Golden.path("models/llama-tied"));
                Scorer scorer = new Scorer(decoder)) {
            requireSame(decoder, scorer, List.of(sequence(after(start, 1, 2), 10)));
            requireSame(decoder, scorer, List.of(sequence(after(start, 1, 2), 8), sequence(after(start, 3, 4), 10)));
            assertThat(scorer.keptTokens()).isZero();
            requireSame(decoder, scorer, List.of(sequence(after(start, 1), 9), sequence(after(start, 4), 9)));
            assertThat(scorer.keptTokens()).isEqualTo(8);
        }
    }

    @Test
    void aSequenceWithoutScoredTokensHasNoLoss() {
        try (Decoder decoder = Decoder.open(Golden.path("models/llama-tied"));
                Scorer scorer = new Scorer(decoder)) {
            assertThat(scorer.losses(List.of(sequence(new int[] {1, 2, 3})))).containsExactly(0);
            requireSame(decoder, scorer, List.of(sequence(new int[] {4, 5, 6}), sequence(new int[] {1, 2, 3}, 1)));
        }
    }

    private static double[] losses(Decoder decoder, List<Sequence> sequences) {
        try (Scorer scorer = new Scorer(decoder)) {
            return scorer.losses(sequences);
        }
    }

    /// Each as if it were alone and whole.
    private static void requireSame(Decoder decoder, Scorer scorer, List<Sequence> sequences) {
        double[] losses = scorer.losses(sequences);
        assertThat(losses).hasSize(sequences.size());
        for (int s = 0; s < losses.length; s++) {
            double whole =
                    decoder.losses(PackedBatch.of(List.of(sequences.get(s)))).sum();
            assertThat(losses[s]).as("sequence %d", s).isCloseTo(whole, within(1e-6 * Math.max(10, whole)));
        }
    }

    /// Of several lengths, enough tokens for several parts where they are many.
    private static List<Sequence> sequences(Decoder decoder, SplittableRandom random, int[] start, int count) {
        List<Sequence> sequences = new ArrayList<>();
        for (int s = 0; s < count; s++) {
            int length = 2 + random.nextInt(30);
            int[] ids = after(
                    start, random.ints(length, 0, decoder.config().vocabSize()).toArray());
            // What follows the start differs, so that it is no part of it.
            ids[start.length] = s;
            sequences.add(sequence(ids, start.length + 1 + random.nextInt(length - 1), start.length + length / 2 + 1));
        }
        return sequences;
    }

    private static int[] after(int[] start, int... rest) {
        return IntStream.concat(Arrays.stream(start), Arrays.stream(rest)).toArray();
    }

    private static Sequence sequence(int[] ids, int... scored) {
        boolean[] marks = new boolean[ids.length];
        Arrays.stream(scored).filter(t -> t < ids.length).forEach(t -> marks[t] = true);
        return new Sequence(ids, marks);
    }
}
