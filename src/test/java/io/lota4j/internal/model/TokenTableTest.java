package io.lota4j.internal.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.pytorch.engine.PtNDArray;
import io.lota4j.Golden;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.memory.Host;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.model.MemoryPolicy.ActivationPolicy;
import io.lota4j.model.MemoryPolicy.BaseWeights;
import io.lota4j.model.Sampling;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Embeddings and heads of more than one block, in memory and in the mapped file.
class TokenTableTest {
    private static final MemoryPolicy MAPPED = new MemoryPolicy(ActivationPolicy.RECOMPUTE, BaseWeights.MAPPED);
    /// Seven blocks and a shorter one of every golden head.
    private static final int BLOCKS = 7;

    private static final PackedBatch BATCH = batch(new SplittableRandom(5), 9, 1, 14, 9);

    @ParameterizedTest
    @ValueSource(strings = {"llama", "llama-tied", "llama-bf16-sharded", "gemma2", "granite"})
    void blocksGiveTheSameBitsWhereverTheyAreAndTheSumsOfTheWhole(String model) {
        Computed whole = compute(model, MemoryPolicy.KEEP, Long.MAX_VALUE, decoder -> {});
        Computed loaded = compute(model, MemoryPolicy.KEEP, block(model), decoder -> {});
        Computed mapped = compute(model, MAPPED, block(model), decoder -> {});

        assertThat(mapped).usingRecursiveComparison().isEqualTo(loaded);
        assertThat(loaded.losses()).containsExactly(whole.losses(), within(1e-5f));
        assertThat(difference(loaded.logits(), whole.logits())).isLessThan(1e-4f);
        assertThat(loaded.answer()).isEqualTo(whole.answer());
        assertThat(loaded.gradients()).containsOnlyKeys(whole.gradients().keySet());
        whole.gradients()
                .forEach((name, gradient) -> assertThat(difference(
                                Objects.requireNonNull(loaded.gradients().get(name), name), gradient))
                        .as(name)
                        .isLessThanOrEqualTo(1e-5f * largest(gradient)));
    }

    private static float difference(float[] found, float[] expected) {
        assertThat(found).hasSameSizeAs(expected);
        float[] differences = new float[found.length];
        for (int i = 0; i < found.length; i++) {
            differences[i] = found[i] - expected[i];
        }
        return largest(differences);
    }

    private static float largest(float[] values) {
        float largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }

    /// What was trained of a table lies beside the file, and stands in its place for rows, blocks and the whole.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void trainedValuesStandInPlaceOfTheFiles(boolean all) {
        Consumer<Decoder> training = decoder -> {
            String name = decoder.weights().embeddingName();
            long elements =
                    Objects.requireNonNull(decoder.weights().shapes().get(name)).numel();
            int[] index = all
                    ? null
                    : new SplittableRandom(3)
                            .ints(200, 0, Math.toIntExact(elements))
                            .sorted()
                            .distinct()
                            .toArray();
            long count = index == null ? elements : index.length;
            TrainedValues trained = decoder.weights().trained(name, count, index == null ? null : Host.of(index));
            trained.memory().update(values -> {
                for (int entry = 0; entry < count; entry++) {
                    long at = trained.compact() || index == null ? entry : index[entry];
                    float before = values.getAtIndex(ValueLayout.JAVA_FLOAT, at);
                    values.setAtIndex(ValueLayout.JAVA_FLOAT, at, before * 1.5f + entry % 3);
                }
            });
            decoder.weights().moved();
        };
        Computed loaded = compute("llama-tied", MemoryPolicy.KEEP, block("llama-tied"), training);
        assertThat(compute("llama-tied", MAPPED, block("llama-tied"), training))
                .usingRecursiveComparison()
                .isEqualTo(loaded);
        assertThat(loaded.losses())
                .isNotEqualTo(compute("llama-tied", MemoryPolicy.KEEP, block("llama-tied"), decoder -> {})
                        .losses());
    }

    /// The limit of the engine's buffers: writes to both ends of more than 2 GiB are the tensor's.
    @Test
    void theMemoryOfATensorHasNoLimit() {
        try (Torch torch = new Torch("");
                var scope = torch.scope()) {
            long rows = (1L << 31) / 1024 + 3;
            PtNDArray table = Torch.floats(scope, rows, 256);
            MemorySegment memory = Torch.memory(table);
            assertThat(memory.byteSize()).isEqualTo(rows * 1024);
            memory.setAtIndex(ValueLayout.JAVA_FLOAT, 0, 3);
            memory.setAtIndex(ValueLayout.JAVA_FLOAT, rows * 256 - 1, 5);
            assertThat(torch.one(scope, "rows", table, Torch.longs(scope, new long[] {0}))
                            .toFloatArray()[0])
                    .isEqualTo(3);
            assertThat(torch.one(scope, "rows", table, Torch.longs(scope, new long[] {rows - 1}))
                            .toFloatArray()[255])
                    .isEqualTo(5);
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // made once, compared by its elements
    private record Computed(
            float[] losses, float[] logits, Map<String, float[]> gradients, int[] answer, float[] embedding) {}

    private static Computed compute(String model, MemoryPolicy memory, long block, Consumer<Decoder> before) {
        try (Checkpoint checkpoint = Checkpoint.open(Golden.path("models/" + model));
                Decoder decoder = Decoder.open(checkpoint, memory, block)) {
            before.accept(decoder);
            float[] weights = new float[BATCH.targetPositions().length];
            Arrays.fill(weights, 0.25f);
            CollectedGradients gradients = new CollectedGradients(decoder);
            float[] losses = decoder.losses(BATCH).tokenLosses();
            decoder.gradients(BATCH, weights, gradients);
            Generator.Answer answer = new Generator(decoder, Set.of(), 8, new Sampling.Greedy(), 0)
                    .generate(List.of(new int[] {3, 1, 4, 1, 5}))
                    .getFirst();
            return new Computed(
                    losses,
                    decoder.logits(BATCH),
                    gradients.all(),
                    answer.ids(),
                    Host.floats(decoder.weights().memory(decoder.weights().embeddingName())));
        }
    }

    private static long block(String model) {
        return ModelConfig.of(Golden.path("models/" + model)).hiddenSize()
                * (long) (ModelConfig.of(Golden.path("models/" + model)).vocabSize() / BLOCKS);
    }

    private static PackedBatch batch(SplittableRandom random, int... lengths) {
        List<PackedBatch.Sequence> sequences = new ArrayList<>();
        for (int length : lengths) {
            boolean[] scored = new boolean[length];
            for (int t = 1; t < length; t++) {
                scored[t] = random.nextInt(3) > 0;
            }
            sequences.add(new PackedBatch.Sequence(random.ints(length, 0, 60).toArray(), scored));
        }
        return PackedBatch.of(sequences);
    }
}
