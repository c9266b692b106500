package io.lota4j.internal.model;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.lota4j.internal.kernel.DecodingKernel;
import io.lota4j.internal.model.layer.Block;
import io.lota4j.internal.model.layer.Rope;
import io.lota4j.internal.model.layer.Step;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

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
    /// Computes single new tokens without the engine; null if nothing does.
    private final @Nullable NextTokens next;

    /// @param slots number of sequences
    /// @param capacity most tokens of one sequence
    /// @param kernel for single new tokens, closed with this; null to leave them to the layers' scripts
    KvCache(Decoder decoder, int slots, int capacity, @Nullable DecodingKernel kernel) {
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
        this.next = kernel == null ? null : new NextTokens(decoder, kernel, slots, capacity, keys, values, tables);
    }

    /// Zeros, because masked attention still multiplies unused slots, and 0 times NaN is NaN.
    private PtNDArray zeros(long... shape) {
        PtNDArray tensor = Torch.floats(scope, shape);
        decoder.torch().buffer(tensor).zero();
        return tensor;
    }

    /// Forgets a slot's sequence.
    void clear(int slot) {
        lengths[slot] = 0;
        ids[slot] = new int[0];
    }

    /// Appends tokens to some slots and returns the logits after the last token of each, `[slots.length][vocab]`. What
    /// sequences that begin have in common at their start is computed once.
    ///
    /// @param slots which sequences, each at most once
    /// @param tokens what to append to each, at least one token
    float[][] append(int[] slots, int[][] tokens) {
        boolean begin = longer.isEmpty() && Arrays.stream(slots).allMatch(slot -> lengths[slot] == 0);
        int common = begin ? CommonStart.of(tokens) : 0;
        if (common > 0) {
            begin(slots, Arrays.copyOf(tokens[0], common));
            return append(
                    slots,
                    Arrays.stream(tokens)
                            .map(all -> Arrays.copyOfRange(all, common, all.length))
                            .toArray(int[][]::new));
        }
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

    /// Begins sequences alike: the tokens go through the layers once.
    private void begin(int[] slots, int[] tokens) {
        int first = slots[0];
        append(new int[] {first}, new int[][] {tokens});
        try (PtNDManager pass = decoder.torch().scope()) {
            PtNDArray slotTensor =
                    Torch.longs(pass, Arrays.stream(slots).asLongStream().toArray());
            PtNDArray count = Torch.longs(pass, new long[] {tokens.length});
            List<Block> layers = decoder.config().blocks().layers();
            for (int layer = 0; layer < layers.size(); layer++) {
                Block block = layers.get(layer);
                if (block.convolution().isEmpty()) {
                    decoder.torch().run(pass, "share_tokens", keys.get(layer), slotTensor, count);
                    decoder.torch().run(pass, "share_tokens", values.get(layer), slotTensor, count);
                } else {
                    decoder.torch().run(pass, "share", keys.get(layer), slotTensor);
                    if (block.deltaRule().isPresent()) {
                        decoder.torch().run(pass, "share", values.get(layer), slotTensor);
                    }
                }
            }
        }
        for (int slot : slots) {
            lengths[slot] = lengths[first];
            ids[slot] = ids[first];
        }
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

    /// Whether single new tokens need no script.
    boolean computedInTheJvm() {
        return next != null
                && next.hasHead()
                && IntStream.range(0, decoder.config().layers()).allMatch(next::has);
    }

    private float[][] compute(int[] slots, int[][] tokens) {
        try (PtNDManager pass = decoder.torch().scope()) {
            long[] starts = Arrays.stream(slots).mapToLong(s -> lengths[s]).toArray();
            long[] added = Arrays.stream(tokens).mapToLong(t -> t.length).toArray();
            PtNDArray embedded = decoder.embed(
                    Arrays.stream(tokens)
                            .flatMapToInt(Arrays::stream)
                            .asLongStream()
                            .toArray(),
                    positions(starts, added),
                    pass);
            Scripted scripted = new Scripted(slots, starts, added, pass);
            float[][] logits = next != null && Arrays.stream(added).allMatch(a -> a == 1)
                    ? next(next, embedded, scripted)
                    : scripted.logits(scripted.layers(embedded));
            for (int s = 0; s < slots.length; s++) {
                lengths[slots[s]] += tokens[s].length;
            }
            return logits;
        }
    }

    /// One token of each sequence: in the JVM whatever can be.
    private float[][] next(NextTokens own, PtNDArray embedded, Scripted scripted) {
        NextTokens.Places places = scripted.places();
        int count = places.count() * decoder.config().hiddenSize();
        take(embedded, own.hidden(), count);
        for (int layer = 0; layer < decoder.config().layers(); layer++) {
            if (own.has(layer)) {
                own.layer(layer, places);
            } else {
                take(scripted.layer(layer, scripted.tensor(own.hidden(), count)), own.hidden(), count);
            }
        }
        return own.hasHead()
                ? rows(
                        own.logits(places.count()),
                        places.count(),
                        decoder.config().vocabSize())
                : scripted.logits(scripted.tensor(own.hidden(), count));
    }

    private static void take(PtNDArray tensor, float[] to, int count) {
        MemorySegment.copy(Torch.memory(tensor), ValueLayout.JAVA_FLOAT, 0, to, 0, count);
        tensor.close();
    }

    /// New tokens of some sequences through the layers' scripts.
    private final class Scripted {
        private final int[] slots;
        private final long[] starts;
        private final long[] added;
        private final PtNDManager pass;
        private @Nullable Arguments arguments;

        /// What the scripts take, beside the layer's own.
        private record Arguments(Decoder.Rotaries rotaries, PtNDArray slots, PtNDArray starts, PtNDArray added) {}

        Scripted(int[] slots, long[] starts, long[] added, PtNDManager pass) {
            this.slots = slots;
            this.starts = starts;
            this.added = added;
            this.pass = pass;
        }

        NextTokens.Places places() {
            return new NextTokens.Places(
                    slots, Arrays.stream(starts).mapToInt(Math::toIntExact).toArray());
        }

        /// `[sequences, hidden]` as a tensor.
        PtNDArray tensor(float[] hidden, int count) {
            PtNDArray tensor = Torch.floats(pass, slots.length, decoder.config().hiddenSize());
            MemorySegment.copy(hidden, 0, Torch.memory(tensor), ValueLayout.JAVA_FLOAT, 0, count);
            return tensor;
        }

        PtNDArray layers(PtNDArray embedded) {
            PtNDArray x = embedded;
            for (int layer = 0; layer < decoder.config().layers(); layer++) {
                PtNDArray below = x;
                x = layer(layer, below);
                below.close();
            }
            return x;
        }

        PtNDArray layer(int layer, PtNDArray x) {
            Arguments all = arguments();
            return decoder.torch()
                    .one(
                            pass,
                            decoder.method("cached", layer),
                            Stream.of(
                                            Stream.of(x),
                                            Arrays.stream(decoder.weights().layer(layer)),
                                            Stream.of(
                                                    all.rotaries.of(layer).cos(),
                                                    all.rotaries.of(layer).sin(),
                                                    keys.get(layer),
                                                    values.get(layer),
                                                    all.slots,
                                                    all.starts,
                                                    all.added))
                                    .flatMap(s -> s)
                                    .toArray(PtNDArray[]::new));
        }

        private Arguments arguments() {
            Arguments made = arguments;
            if (made == null) {
                made = new Arguments(
                        tables.at(positions(starts, added), KvCache.lengths(starts, added), decoder.torch(), pass),
                        Torch.longs(pass, Arrays.stream(slots).asLongStream().toArray()),
                        Torch.longs(pass, starts),
                        Torch.longs(pass, added));
                arguments = made;
            }
            return made;
        }

        float[][] logits(PtNDArray hidden) {
            PtNDArray last = decoder.torch().one(pass, "rows", hidden, Torch.longs(pass, lastRows(added)));
            return rows(
                    decoder.logits(last, pass).toFloatArray(),
                    slots.length,
                    decoder.config().vocabSize());
        }
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

    private static float[][] rows(float[] flat, int count, int width) {
        float[][] rows = new float[count][];
        for (int r = 0; r < count; r++) {
            rows[r] = Arrays.copyOfRange(flat, r * width, (r + 1) * width);
        }
        return rows;
    }

    @Override
    public void close() {
        if (next != null) {
            next.close();
        }
        scope.close();
    }
}
