package io.lota4j.model;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.util.Arrays;

/// The last norm and the head, for scored tokens only, in slices: logits never exist for the whole batch.
final class HeadPass {
    /// Logits of one slice, in floats: 32 MiB, so that the two copies of them stay far below a layer's activations.
    private static final int SLICE = 8 << 20;

    private final Decoder decoder;
    private final PtNDManager scope;

    HeadPass(Decoder decoder, PtNDManager scope) {
        this.decoder = decoder;
        this.scope = scope;
    }

    Loss losses(PtNDArray hidden, PackedBatch batch) {
        float[] losses = new float[batch.rows().length];
        slices(batch, (from, to) -> {
            try (PtNDManager slice = torch().scope()) {
                PtNDArray h = torch().one(slice, "rows", hidden, index(batch, from, to, slice));
                copy(loss(h, batch, from, to, slice), losses, from);
            }
        });
        return new Loss(losses);
    }

    /// As [#losses], with the gradient of `sum(rowWeights[r] * loss[r])`: unscored rows of `hidden` get zero.
    Gradient gradient(PtNDArray hidden, PackedBatch batch, float[] rowWeights, GradientSink sink) {
        float[] losses = new float[batch.rows().length];
        PtNDArray sum = (PtNDArray) scope.zeros(hidden.getShape());
        slices(batch, (from, to) -> {
            try (PtNDManager slice = torch().scope()) {
                PtNDArray index = index(batch, from, to, slice);
                PtNDArray[] back = torch().run(
                                slice,
                                "head_back",
                                torch().one(slice, "rows", hidden, index),
                                decoder.weights().norm(),
                                decoder.weights().head(),
                                labels(batch, from, to, slice),
                                Torch.floats(slice, Arrays.copyOfRange(rowWeights, from, to)));
                copy(back[0], losses, from);
                torch().run(slice, "spread", back[1], index, sum);
                deliver(back, sink);
            }
        });
        return new Gradient(new Loss(losses), sum);
    }

    private void deliver(PtNDArray[] back, GradientSink sink) {
        String head = decoder.weights().headName();
        if (sink.wants(head)) {
            sink.linear(head, new Activation(back[2], false), new Activation(back[3], false));
        }
        if (sink.wants(decoder.weights().normName())) {
            sink.whole(decoder.weights().normName(), back[4]);
        }
    }

    record Gradient(Loss loss, PtNDArray hidden) {}

    private interface Slice {
        void accept(int from, int to);
    }

    private void slices(PackedBatch batch, Slice slice) {
        int step = Math.max(1, SLICE / decoder.config().vocabSize());
        int rows = batch.rows().length;
        for (int from = 0; from < rows; from += step) {
            slice.accept(from, Math.min(rows, from + step));
        }
    }

    private static PtNDArray index(PackedBatch batch, int from, int to, PtNDManager slice) {
        return Torch.longs(slice, Arrays.copyOfRange(batch.rows(), from, to));
    }

    private PtNDArray loss(PtNDArray h, PackedBatch batch, int from, int to, PtNDManager slice) {
        return torch().one(
                        slice,
                        "losses",
                        h,
                        decoder.weights().norm(),
                        decoder.weights().head(),
                        labels(batch, from, to, slice));
    }

    private static PtNDArray labels(PackedBatch batch, int from, int to, PtNDManager slice) {
        return Torch.longs(slice, Arrays.copyOfRange(batch.labels(), from, to));
    }

    private static void copy(PtNDArray loss, float[] target, int from) {
        float[] values = loss.toFloatArray();
        System.arraycopy(values, 0, target, from, values.length);
    }

    private Torch torch() {
        return decoder.torch();
    }
}
