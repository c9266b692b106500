package io.lota4j.model;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.lota4j.model.layer.Block;
import io.lota4j.model.layer.Rope;
import io.lota4j.model.layer.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/// Keys and values of several sequences that grow token by token, each in a slot of its own: no padding, no mask.
final class KvCache implements AutoCloseable {
    private final Decoder decoder;
    private final PtNDManager scope;
    private final List<PtNDArray> keys = new ArrayList<>();
    private final List<PtNDArray> values = new ArrayList<>();
    private final int[] lengths;
    private final int[][] ids;
    private final List<Rope.Longer> longer;
    private final Decoder.Rotaries tables;

    /// @param slots number of sequences
    /// @param capacity most tokens of one sequence
    KvCache(Decoder decoder, int slots, int capacity) {
        this.decoder = decoder;
        this.scope = decoder.torch().scope();
        this.lengths = new int[slots];
        this.ids = new int[slots][0];
        this.longer = decoder.config().blocks().layers().stream()
                .map(Block::rope)
                .filter(Objects::nonNull)
                .map(Rope::longer)
                .filter(Objects::nonNull)
                .distinct()
                .toList();
        this.tables = decoder.rotaries(capacity, scope);
        for (Block layer : decoder.config().blocks().layers()) {
            Optional<Step.Convolve> convolution = layer.convolution();
            if (convolution.isPresent()) {
                // In place of keys, the last tokens that go into the convolution; in place of values, the states of a
                // delta rule behind it.
                keys.add(zeros(
                        slots, convolution.get().length() - 1, convolution.get().width()));
                values.add(layer.deltaRule()
                        .map(delta -> zeros(slots, delta.heads(), delta.keyHead(), delta.head()))
                        .orElseGet(() -> Torch.floats(scope, 0L)));
                continue;
            }
            Step.Attend attention = layer.attention();
            keys.add(zeros(slots, attention.kvHeads(), capacity, attention.head()));
            values.add(zeros(slots, attention.kvHeads(), capacity, attention.head()));
        }
    }

    /// Zeros, for attention also multiplies what it does not look at, and nothing times NaN is NaN.
    private PtNDArray zeros(long... shape) {
        PtNDArray tensor = Torch.floats(scope, shape);
        decoder.torch().buffer(tensor).zero();
        return tensor;
    }

    /// Appends tokens to some slots and returns the logits after the last token of each, `[slots.length][vocab]`.
    ///
    /// @param slots which sequences, each at most once
    /// @param tokens what to append to each, at least one token; more than one only to an empty slot
    float[][] append(int[] slots, int[][] tokens) {
        float[][] logits = new float[slots.length][];
        int[] again = IntStream.range(0, slots.length)
                .filter(s -> startsAgain(slots[s], tokens[s].length))
                .toArray();
        int[] on = IntStream.range(0, slots.length)
                .filter(s -> !startsAgain(slots[s], tokens[s].length))
                .toArray();
        for (int s = 0; s < slots.length; s++) {
            ids[slots[s]] = joined(ids[slots[s]], tokens[s]);
        }
        for (int s : again) {
            lengths[slots[s]] = 0;
        }
        compute(slots, again, s -> ids[slots[s]], logits);
        compute(slots, on, s -> tokens[s], logits);
        return logits;
    }

    /// Whether a sequence becomes so long that all its tokens are turned by other frequencies.
    private boolean startsAgain(int slot, int added) {
        int length = lengths[slot];
        return length > 0
                && longer.stream().anyMatch(longer -> length <= longer.than() && length + added > longer.than());
    }

    private static int[] joined(int[] before, int[] added) {
        int[] all = Arrays.copyOf(before, before.length + added.length);
        System.arraycopy(added, 0, all, before.length, added.length);
        return all;
    }

    private void compute(int[] slots, int[] some, IntFunction<int[]> tokens, float[][] logits) {
        if (some.length > 0) {
            float[][] found = compute(
                    Arrays.stream(some).map(s -> slots[s]).toArray(),
                    Arrays.stream(some).mapToObj(tokens).toArray(int[][]::new));
            for (int s = 0; s < some.length; s++) {
                logits[some[s]] = found[s];
            }
        }
    }

    private float[][] compute(int[] slots, int[][] tokens) {
        try (PtNDManager pass = decoder.torch().scope()) {
            long[] starts = Arrays.stream(slots).mapToLong(s -> lengths[s]).toArray();
            long[] added = Arrays.stream(tokens).mapToLong(t -> t.length).toArray();
            PtNDArray hidden = layers(slots, tokens, starts, added, pass);
            for (int s = 0; s < slots.length; s++) {
                lengths[slots[s]] += tokens[s].length;
            }
            PtNDArray last = decoder.torch().one(pass, "rows", hidden, Torch.longs(pass, lastRows(added)));
            return rows(decoder.logits(last, pass).toFloatArray(), slots.length);
        }
    }

    private PtNDArray layers(int[] slots, int[][] tokens, long[] starts, long[] added, PtNDManager pass) {
        Decoder.Rotaries rotaries = tables.at(positions(starts, added), lengths(starts, added), decoder.torch(), pass);
        PtNDArray slotTensor =
                Torch.longs(pass, Arrays.stream(slots).asLongStream().toArray());
        PtNDArray startTensor = Torch.longs(pass, starts);
        PtNDArray addedTensor = Torch.longs(pass, added);
        PtNDArray x = decoder.embed(
                Arrays.stream(tokens)
                        .flatMapToInt(Arrays::stream)
                        .asLongStream()
                        .toArray(),
                positions(starts, added),
                pass);
        for (int layer = 0; layer < decoder.config().layers(); layer++) {
            PtNDArray next = decoder.torch()
                    .one(
                            pass,
                            decoder.method("cached", layer),
                            Stream.of(
                                            Stream.of(x),
                                            Arrays.stream(decoder.weights().layer(layer)),
                                            Stream.of(
                                                    rotaries.of(layer).cos(),
                                                    rotaries.of(layer).sin(),
                                                    keys.get(layer),
                                                    values.get(layer),
                                                    slotTensor,
                                                    startTensor,
                                                    addedTensor))
                                    .flatMap(s -> s)
                                    .toArray(PtNDArray[]::new));
            x.close();
            x = next;
        }
        return x;
    }

    private static long[] positions(long[] starts, long[] added) {
        long[] positions = new long[(int) Arrays.stream(added).sum()];
        int at = 0;
        for (int s = 0; s < starts.length; s++) {
            for (int t = 0; t < added[s]; t++) {
                positions[at++] = starts[s] + t;
            }
        }
        return positions;
    }

    private static long[] lengths(long[] starts, long[] added) {
        return IntStream.range(0, starts.length)
                .mapToObj(s -> LongStream.generate(() -> starts[s] + added[s]).limit(added[s]))
                .flatMapToLong(s -> s)
                .toArray();
    }

    private static long[] lastRows(long[] added) {
        long[] rows = new long[added.length];
        long end = 0;
        for (int s = 0; s < added.length; s++) {
            end += added[s];
            rows[s] = end - 1;
        }
        return rows;
    }

    private static float[][] rows(float[] flat, int count) {
        int width = flat.length / count;
        float[][] rows = new float[count][];
        for (int r = 0; r < count; r++) {
            rows[r] = Arrays.copyOfRange(flat, r * width, (r + 1) * width);
        }
        return rows;
    }

    @Override
    public void close() {
        scope.close();
    }
}
