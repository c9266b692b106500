package io.lota4j.internal.model;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.lota4j.internal.model.PackedBatch.Sequence;
import io.lota4j.internal.model.layer.Rope;
import io.lota4j.model.MemoryPolicy.BaseWeights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Losses of sequences, with less to compute than [Decoder#losses] has, which is what they are held against.
///
/// What the sequences of a batch begin with, such as a template's system message, goes through the layers once, and
/// stays for the next batch. Nothing behind the last scored token is computed, and in the last layer only the tokens
/// that predict a scored one, once attention is behind them. A batch is computed in parts beside each other, one a
/// thread. Products read packed copies of the weights, if the model is small enough.
///
/// The weights must not change before it is closed. One thread at a time may use it.
public final class Scorer implements AutoCloseable {
    /// Tokens of a part that pay for reading all weights once more.
    private static final int LEAST_TOKENS = 64;

    /// Bytes of packed copies of the weights, at most: models of up to half a billion weights.
    private static final long MOST_PACKED = 2L << 30;

    private final Decoder decoder;
    private final boolean meetingInAttention;
    private final @Nullable Workers workers;
    private final IntFunction<PtNDArray[]> weights;
    private final @Nullable PackedWeights packed;
    private @Nullable Start kept;

    /// What sequences begin with, gone through the layers.
    ///
    /// @param keys of each layer, `[tokens, features]`
    /// @param values as the keys
    /// @param scope owns them
    @SuppressWarnings("ArrayRecordComponent") // made once, never written
    private record Start(int[] ids, List<PtNDArray> keys, List<PtNDArray> values, PtNDManager scope) {}

    public Scorer(Decoder decoder) {
        this.decoder = decoder;
        this.meetingInAttention = IntStream.range(0, decoder.config().layers())
                .allMatch(layer -> decoder.script(layer).scoring() && !dependsOnLength(layer));
        // A layer that stays mapped is in memory for one pass at a time.
        boolean apart = decoder.device().isHost() && decoder.memory().base() == BaseWeights.LOADED;
        this.packed = apart && meetingInAttention && PackedWeights.bytes(decoder) <= MOST_PACKED
                ? new PackedWeights(decoder)
                : null;
        this.weights = packed == null ? decoder.weights()::layer : packed::layer;
        this.workers = apart ? Workers.all().orElse(null) : null;
    }

    /// Whether a token's rotation depends on how long its sequence is.
    private boolean dependsOnLength(int layer) {
        @Nullable Rope rope = decoder.config().blocks().layers().get(layer).rope();
        return rope != null && rope.longer() != null;
    }

    /// The sum of the losses of each sequence's scored tokens, in nats; 0 for a sequence that has none.
    public double[] losses(List<Sequence> sequences) {
        List<Integer> scored = IntStream.range(0, sequences.size())
                .filter(s -> sequences.get(s).firstScored() < sequences.get(s).ids().length)
                .boxed()
                .toList();
        double[] sums = new double[sequences.size()];
        if (scored.isEmpty()) {
            return sums;
        }
        int start =
                meetingInAttention ? begin(scored.stream().map(sequences::get).toList()) : 0;
        List<List<Integer>> parts = parts(scored, sequences, start);
        List<Supplier<double[]>> work = parts.stream()
                .<Supplier<double[]>>map(
                        part -> () -> compute(part.stream().map(sequences::get).toList(), start, parts.size()))
                .toList();
        List<double[]> found =
                workers == null || work.size() == 1 ? List.of(work.getFirst().get()) : workers.run(work);
        for (int p = 0; p < parts.size(); p++) {
            for (int s = 0; s < parts.get(p).size(); s++) {
                sums[parts.get(p).get(s)] = found.get(p)[s];
            }
        }
        return sums;
    }

    /// Sequences for each thread, with about as many tokens.
    private List<List<Integer>> parts(List<Integer> scored, List<Sequence> sequences, int start) {
        long tokens =
                scored.stream().mapToLong(s -> tokens(sequences.get(s), start)).sum();
        int most = workers == null ? 1 : Math.min(workers.count(), scored.size());
        int count = Math.toIntExact(Math.clamp(tokens / LEAST_TOKENS, 1, most));
        List<List<Integer>> parts = new ArrayList<>();
        for (int p = 0; p < count; p++) {
            parts.add(new ArrayList<>());
        }
        long[] sizes = new long[count];
        scored.stream()
                .sorted(Comparator.comparingInt((Integer s) -> tokens(sequences.get(s), start))
                        .reversed())
                .forEach(s -> {
                    int smallest = IntStream.range(0, count)
                            .reduce((a, b) -> sizes[b] < sizes[a] ? b : a)
                            .orElseThrow();
                    parts.get(smallest).add(s);
                    sizes[smallest] += tokens(sequences.get(s), start);
                });
        return parts;
    }

    private static int tokens(Sequence sequence, int start) {
        return sequence.lastScored() - start;
    }

    /// How many tokens all begin with whose keys and values are kept, after those of this batch have been added.
    private int begin(List<Sequence> sequences) {
        int[][] unscored = sequences.stream()
                .map(s -> Arrays.copyOf(s.ids(), s.firstScored()))
                .toArray(int[][]::new);
        int known = kept == null ? 0 : CommonStart.with(kept.ids, unscored);
        int common = CommonStart.of(unscored);
        if (common >= known + CommonStart.LEAST) {
            forget();
            kept = start(Arrays.copyOf(unscored[0], common));
            return common;
        }
        return known >= CommonStart.LEAST ? known : 0;
    }

    private Start start(int[] ids) {
        PackedBatch batch = PackedBatch.of(List.of(new Sequence(ids, new boolean[ids.length])));
        List<PtNDArray> keys = new ArrayList<>();
        List<PtNDArray> values = new ArrayList<>();
        PtNDManager owner = decoder.torch().scope();
        try (PtNDManager scope = decoder.torch().scope()) {
            LayerPass layers = LayerPass.of(decoder, weights, batch, scope);
            PtNDArray x = decoder.embed(batch.ids(), batch.positions(), scope);
            for (int layer = 0; layer < decoder.config().layers(); layer++) {
                PtNDArray[] begun = layers.forward("begun", layer, x, scope);
                x.close();
                x = begun[0];
                begun[1].attach(owner);
                begun[2].attach(owner);
                keys.add(begun[1]);
                values.add(begun[2]);
            }
        } catch (RuntimeException e) {
            owner.close();
            throw e;
        }
        return new Start(ids, keys, values, owner);
    }

    /// Losses of some sequences, each with a scored token.
    ///
    /// @param start tokens that all begin with, of those that are kept
    /// @param beside as of [HeadPass]
    private double[] compute(List<Sequence> sequences, int start, int beside) {
        PackedBatch batch = meetingInAttention ? PackedBatch.behind(start, sequences) : PackedBatch.of(sequences);
        try (PtNDManager scope = decoder.torch().scope()) {
            HeadPass head = new HeadPass(decoder, scope, beside, packed == null ? null : packed.head());
            PtNDArray hidden = hidden(batch, start, scope);
            Loss loss = head.losses(hidden, meetingInAttention ? batch.withPredictingTokensOnly() : batch);
            double[] sums = new double[sequences.size()];
            for (int r = 0; r < loss.tokenLosses().length; r++) {
                sums[batch.order()[batch.sequenceOf()[r]]] += loss.tokenLosses()[r];
            }
            return sums;
        }
    }

    private PtNDArray hidden(PackedBatch batch, int start, PtNDManager scope) {
        LayerPass layers = LayerPass.of(decoder, weights, batch, scope);
        PtNDArray predicting = Torch.longs(scope, batch.targetPositions());
        PtNDArray x = decoder.embed(batch.ids(), batch.positions(), scope);
        int last = decoder.config().layers() - 1;
        for (int layer = 0; layer <= last; layer++) {
            PtNDArray next;
            if (meetingInAttention) {
                PtNDArray keys = begun(kept == null ? List.of() : kept.keys, layer, start, scope);
                PtNDArray values = begun(kept == null ? List.of() : kept.values, layer, start, scope);
                next = layer < last
                        ? layers.forward("behind", layer, x, scope, keys, values)[0]
                        : layers.forward("scored", layer, x, scope, keys, values, predicting)[0];
            } else {
                next = layers.forward("layer", layer, x, scope)[0];
            }
            x.close();
            x = next;
        }
        return x;
    }

    /// The first of what a layer has of the start.
    private static PtNDArray begun(List<PtNDArray> layers, int layer, int tokens, PtNDManager scope) {
        return tokens == 0 ? Torch.floats(scope, 0L) : Torch.rows(layers.get(layer), 0, tokens, scope);
    }

    /// How many tokens of a start are kept.
    int keptTokens() {
        return kept == null ? 0 : kept.ids.length;
    }

    private void forget() {
        if (kept != null) {
            kept.scope.close();
            kept = null;
        }
    }

    @Override
    public void close() {
        if (workers != null) {
            workers.close();
        }
        if (packed != null) {
            packed.close();
        }
        forget();
    }
}
