package io.lota4j.internal.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.Golden;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.model.PackedBatch.Sequence;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Inputs that are no token's, and the gradient with respect to them, against finite differences of the losses.
class SoftInputTest {
    private static final int ENTRIES = 20;

    /// How far an entry is moved: with a small step the rounding of losses shows, with a large one how they bend, and
    /// where experts are chosen that others are.
    private static final float[] STEPS = {0.1f, 0.01f, 0.003f, 0.001f};

    private static final int[] TIMES = {-2, -1, 1, 2};
    private static final double[] SHARES = {1 / 12.0, -2 / 3.0, 2 / 3.0, -1 / 12.0};

    static List<String> models() throws IOException {
        return DecoderGoldenTest.models();
    }

    /// The rows whose second and third token, and the third again, are inputs of their own.
    private static List<Sequence> soft(List<Sequence> rows, int first) {
        return rows.stream()
                .map(row -> {
                    int[] ids = row.ids().clone();
                    ids[1] = first;
                    ids[2] = first + 1;
                    ids[3] = first + 1;
                    return new Sequence(ids, row.labelled());
                })
                .toList();
    }

    private static float[] embedding(Decoder decoder, int... tokens) {
        int width = decoder.config().hiddenSize();
        float[] rows = new float[tokens.length * width];
        for (int t = 0; t < tokens.length; t++) {
            decoder.weights()
                    .read(
                            decoder.weights().embeddingName(),
                            (long) tokens[t] * width,
                            MemorySegment.ofArray(rows)
                                    .asSlice((long) t * width * Float.BYTES, (long) width * Float.BYTES));
        }
        return rows;
    }

    @ParameterizedTest
    @MethodSource("models")
    void theGradientIsThatOfTheLosses(String model) {
        try (Golden golden = Golden.open("models/" + model + "/golden.safetensors");
                Checkpoint checkpoint = Checkpoint.open(Golden.path("models/" + model));
                Decoder decoder = Decoder.open(checkpoint)) {
            List<Sequence> sequences = DecoderGoldenTest.sequences(golden, true).subList(0, 1);
            PackedBatch batch = PackedBatch.of(soft(sequences, decoder.config().vocabSize()));
            float[] rows = embedding(decoder, 5, 9);
            SplittableRandom random = new SplittableRandom(1);
            for (int i = 0; i < rows.length; i++) {
                rows[i] += (float) (2 * random.nextGaussian());
            }
            float[] ones = new float[batch.targetPositions().length];
            Arrays.fill(ones, 1);
            SoftGradient taken = new SoftGradient(2, decoder.config().hiddenSize());
            decoder.weights().read(rows);
            float[] losses = decoder.gradients(batch, ones, taken).tokenLosses();
            double[] gradient =
                    Arrays.stream(taken.rows()).flatMapToDouble(Arrays::stream).toArray();
            assertThat(losses).isEqualTo(decoder.losses(batch).tokenLosses());
            int[] largest = IntStream.range(0, rows.length)
                    .boxed()
                    .sorted(Comparator.comparingDouble((Integer i) -> -Math.abs(gradient[i])))
                    .limit(ENTRIES)
                    .mapToInt(i -> i)
                    .toArray();
            double[] off = new double[largest.length];
            Arrays.fill(off, Double.POSITIVE_INFINITY);
            for (float step : STEPS) {
                double[] slopes = slopes(decoder, sequences, rows, largest, step);
                for (int i = 0; i < largest.length; i++) {
                    off[i] = Math.min(off[i], Math.abs(slopes[i] - gradient[largest[i]]));
                }
            }
            double most = 1e-3 * Math.abs(gradient[largest[0]]);
            assertThat(Arrays.stream(off).max().orElseThrow()).isLessThan(most);
        }
    }

    /// Differences of the fourth order, all of them of one pass.
    private static double[] slopes(Decoder decoder, List<Sequence> sequences, float[] rows, int[] entries, float step) {
        int vocabulary = decoder.config().vocabSize();
        float[] all = new float[entries.length * TIMES.length * rows.length];
        List<Sequence> moved = new ArrayList<>();
        for (int copy = 0; copy < entries.length * TIMES.length; copy++) {
            System.arraycopy(rows, 0, all, copy * rows.length, rows.length);
            all[copy * rows.length + entries[copy / TIMES.length]] += TIMES[copy % TIMES.length] * step;
            moved.addAll(soft(sequences, vocabulary + 2 * copy));
        }
        decoder.weights().read(all);
        PackedBatch batch = PackedBatch.of(moved);
        float[] losses = decoder.losses(batch).tokenLosses();
        double[] slopes = new double[entries.length];
        for (int at = 0; at < losses.length; at++) {
            int copy = batch.order()[batch.sequenceOf()[at]] / sequences.size();
            slopes[copy / TIMES.length] += SHARES[copy % TIMES.length] * losses[at] / step;
        }
        return slopes;
    }

    /// An input that has a token's values is that token, bit for bit.
    @Test
    void anInputWithATokensValuesIsThatToken() {
        try (Checkpoint checkpoint = Checkpoint.open(Golden.path("models/gemma2"));
                Decoder decoder = Decoder.open(checkpoint);
                Scorer scorer = new Scorer(decoder)) {
            int vocabulary = decoder.config().vocabSize();
            boolean[] labelled = {false, false, false, true, true};
            Sequence tokens = new Sequence(new int[] {3, 5, 9, 4, 2}, labelled);
            Sequence soft = new Sequence(new int[] {3, vocabulary, vocabulary + 1, 4, 2}, labelled);
            decoder.weights().read(embedding(decoder, 5, 9));
            assertThat(decoder.logits(PackedBatch.of(List.of(soft))))
                    .isEqualTo(decoder.logits(PackedBatch.of(List.of(tokens))));
            assertThat(scorer.losses(List.of(soft))).isEqualTo(scorer.losses(List.of(tokens)));
        }
    }
}
