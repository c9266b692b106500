package io.lota4j.internal.model;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.lota4j.internal.model.layer.Weight;
import java.util.Arrays;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The last norm and the head, for scored tokens only, in slices: logits never exist for the whole batch.
final class HeadPass {
    /// Logits of one slice, in floats: 32 MiB, so that the two copies of them stay far below a layer's activations.
    private static final int SLICE = 8 << 20;

    private final Decoder decoder;
    private final PtNDManager scope;
    private final int beside;
    private final @Nullable PtNDArray packed;

    HeadPass(Decoder decoder, PtNDManager scope) {
        this(decoder, scope, 1, null);
    }

    /// @param beside how many passes are made at once, this one counted: their slices together are one of one pass
    /// @param packed the head as [PackedWeights] have it, for losses; null without
    HeadPass(Decoder decoder, PtNDManager scope, int beside, @Nullable PtNDArray packed) {
        this.decoder = decoder;
        this.scope = scope;
        this.beside = beside;
        this.packed = packed;
    }

    Loss losses(PtNDArray hidden, PackedBatch batch) {
        float[] losses = new float[batch.targetPositions().length];
        slices(batch, (from, to) -> {
            try (PtNDManager slice = torch().scope()) {
                PtNDArray h = torch().one(slice, "rows", hidden, index(batch, from, to, slice));
                copy(loss(h, labels(batch, from, to, slice), slice), losses, from);
            }
        });
        return new Loss(losses);
    }

    /// The log-probability of every token behind each scored one, `[scored tokens, vocabulary]`.
    ///
    /// @param into owns them
    PtNDArray logProbabilities(PtNDArray hidden, PackedBatch batch, PtNDManager into) {
        PtNDArray all = Torch.floats(
                into, batch.targetPositions().length, decoder.config().vocabSize());
        slices(batch, (from, to) -> {
            try (PtNDManager slice = torch().scope()) {
                PtNDArray z = shaped(hidden, batch, from, to, slice);
                torch().run(slice, "log_probabilities", z, Torch.rows(all, from, to, slice));
            }
        });
        return all;
    }

    /// The divergence of what is expected now from what was, at each scored token.
    Loss divergences(PtNDArray hidden, PackedBatch batch, Expectations expected) {
        requireOf(batch, expected);
        float[] losses = new float[batch.targetPositions().length];
        slices(batch, (from, to) -> {
            try (PtNDManager slice = torch().scope()) {
                PtNDArray z = shaped(hidden, batch, from, to, slice);
                copy(torch().one(slice, "divergences", z, expected.rows(from, to, slice)), losses, from);
            }
        });
        return new Loss(losses);
    }

    /// The logits behind some scored tokens, a block of the head's rows after the other: the same bits for
    /// whoever asks.
    private PtNDArray shaped(PtNDArray hidden, PackedBatch batch, int from, int to, PtNDManager slice) {
        PtNDArray h = torch().one(slice, "rows", hidden, index(batch, from, to, slice));
        return blockLogits(torch().one(slice, "head_norm", withNorm(h)), slice);
    }

    private static void requireOf(PackedBatch batch, Expectations expected) {
        if (expected.places() != batch.targetPositions().length) {
            throw new IllegalArgumentException(
                    expected.places() + " places were expected at, the batch has " + batch.targetPositions().length);
        }
    }

    /// As [#losses], with the gradient of `sum(rowWeights[r] * loss[r])`: unscored rows of `hidden` get zero.
    Gradient gradient(PtNDArray hidden, PackedBatch batch, float[] rowWeights, GradientSink sink) {
        return gradient(
                hidden,
                batch,
                (h, from, to, slice) ->
                        back(h, labels(batch, from, to, slice), weights(rowWeights, from, to, slice), slice),
                sink);
    }

    /// As [#divergences], with the gradient of `sum(rowWeights[r] * divergence[r])`.
    Gradient gradient(
            PtNDArray hidden, PackedBatch batch, Expectations expected, float[] rowWeights, GradientSink sink) {
        requireOf(batch, expected);
        return gradient(
                hidden,
                batch,
                (h, from, to, slice) -> blocksBack(
                        h,
                        slice,
                        "divergences_back",
                        expected.rows(from, to, slice),
                        weights(rowWeights, from, to, slice)),
                sink);
    }

    /// Goes back through the head for the scored tokens of a slice.
    private interface SliceBack {
        Back back(PtNDArray h, int from, int to, PtNDManager slice);
    }

    private Gradient gradient(PtNDArray hidden, PackedBatch batch, SliceBack loss, GradientSink sink) {
        float[] losses = new float[batch.targetPositions().length];
        PtNDArray sum = (PtNDArray) scope.zeros(hidden.getShape());
        slices(batch, (from, to) -> {
            try (PtNDManager slice = torch().scope()) {
                PtNDArray index = index(batch, from, to, slice);
                Back back = loss.back(torch().one(slice, "rows", hidden, index), from, to, slice);
                copy(back.losses(), losses, from);
                torch().run(slice, "spread", back.hidden(), index, sum);
                deliver(back, sink);
            }
        });
        return new Gradient(new Loss(losses), sum);
    }

    private static PtNDArray weights(float[] rowWeights, int from, int to, PtNDManager slice) {
        return Torch.floats(slice, Arrays.copyOfRange(rowWeights, from, to));
    }

    private void deliver(Back back, GradientSink sink) {
        String head = decoder.weights().headName();
        if (sink.wants(head)) {
            sink.linear(head, new Activation(back.normed(), false), new Activation(back.logits(), false));
        }
        int at = 0;
        for (Weight weight : decoder.config().blocks().norm().weights()) {
            if (sink.wants(weight.name())) {
                sink.whole(weight.name(), back.norm()[at]);
            }
            at++;
        }
    }

    /// What going back through the head yields, of some tokens.
    ///
    /// @param losses of the tokens
    /// @param hidden gradient of the last layer's output
    /// @param normed what went into the head's product
    /// @param logits gradient of what came out of it
    /// @param norm gradients of the last norm's weights
    @SuppressWarnings("ArrayRecordComponent") // made once, never written
    private record Back(PtNDArray losses, PtNDArray hidden, PtNDArray normed, PtNDArray logits, PtNDArray[] norm) {}

    private Back back(PtNDArray h, PtNDArray labels, PtNDArray weights, PtNDManager slice) {
        if (blocks() == 1) {
            PtNDArray[] back = torch().run(
                            slice, "head_back", withNorm(h, decoder.weights().head(), labels, weights));
            return new Back(back[0], back[1], back[2], back[3], Arrays.copyOfRange(back, 4, back.length));
        }
        return blocksBack(h, slice, "logits_back", labels, weights);
    }

    /// Goes back with one block of the head's rows after the other.
    ///
    /// @param method makes losses and the logits' gradient of logits, what they are held against and
    ///     weights
    private Back blocksBack(PtNDArray h, PtNDManager slice, String method, PtNDArray target, PtNDArray weights) {
        PtNDArray normed = torch().one(slice, "head_norm", withNorm(h));
        PtNDArray[] scored = torch().run(slice, method, blockLogits(normed, slice), target, weights);
        PtNDArray sum = (PtNDArray) slice.zeros(normed.getShape());
        // Backwards, so that the block that was used last is still there.
        for (int block = blocks() - 1; block >= 0; block--) {
            try (PtNDManager own = torch().scope()) {
                torch().run(
                                own,
                                "block_back",
                                scored[1],
                                decoder.weights().headBlock(block, own),
                                first(block, own),
                                sum);
            }
        }
        PtNDArray[] back = torch().run(
                        slice,
                        "head_norm_back",
                        Stream.concat(Stream.of(sum), Arrays.stream(withNorm(h)))
                                .toArray(PtNDArray[]::new));
        return new Back(scored[0], back[0], normed, scored[1], Arrays.copyOfRange(back, 1, back.length));
    }

    /// What goes into the last norm, with its weights, and what else a method takes.
    private PtNDArray[] withNorm(PtNDArray h, PtNDArray... rest) {
        return Stream.of(Stream.of(h), decoder.weights().norm(), Arrays.stream(rest))
                .flatMap(s -> s)
                .toArray(PtNDArray[]::new);
    }

    /// The logits after some tokens, `[tokens, vocabulary]`.
    ///
    /// @param h the last layer's output, `[tokens, hidden]`
    PtNDArray logits(PtNDArray h, PtNDManager into) {
        return blocks() == 1
                ? torch().one(into, "logits", withNorm(h, decoder.weights().head()))
                : blockLogits(torch().one(into, "head_norm", withNorm(h)), into);
    }

    private PtNDArray blockLogits(PtNDArray normed, PtNDManager into) {
        PtNDArray logits =
                Torch.floats(into, normed.getShape().get(0), decoder.config().vocabSize());
        for (int block = 0; block < blocks(); block++) {
            try (PtNDManager own = torch().scope()) {
                torch().run(
                                own,
                                "block_logits",
                                normed,
                                decoder.weights().headBlock(block, own),
                                first(block, own),
                                logits);
            }
        }
        return logits;
    }

    private int blocks() {
        return Math.toIntExact(
                Math.ceilDiv(decoder.config().vocabSize(), decoder.weights().headBlockRows()));
    }

    /// The first row of a block.
    private PtNDArray first(int block, PtNDManager own) {
        return Torch.longs(own, new long[] {block * decoder.weights().headBlockRows()});
    }

    record Gradient(Loss loss, PtNDArray hidden) {}

    private interface Slice {
        void accept(int from, int to);
    }

    private void slices(PackedBatch batch, Slice slice) {
        int step = Math.max(1, SLICE / beside / decoder.config().vocabSize());
        int rows = batch.targetPositions().length;
        for (int from = 0; from < rows; from += step) {
            slice.accept(from, Math.min(rows, from + step));
        }
    }

    private static PtNDArray index(PackedBatch batch, int from, int to, PtNDManager slice) {
        return Torch.longs(slice, Arrays.copyOfRange(batch.targetPositions(), from, to));
    }

    private PtNDArray loss(PtNDArray h, PtNDArray labels, PtNDManager slice) {
        return blocks() == 1
                ? torch().one(
                                slice,
                                "losses",
                                withNorm(h, packed == null ? decoder.weights().head() : packed, labels))
                : torch().one(slice, "entropies", logits(h, slice), labels);
    }

    private static PtNDArray labels(PackedBatch batch, int from, int to, PtNDManager slice) {
        return Torch.longs(slice, Arrays.copyOfRange(batch.targets(), from, to));
    }

    private static void copy(PtNDArray loss, float[] target, int from) {
        float[] values = loss.toFloatArray();
        System.arraycopy(values, 0, target, from, values.length);
    }

    private Torch torch() {
        return decoder.torch();
    }
}
