package io.lota4j.model;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.util.Arrays;

/// The last norm and the head, for scored tokens only, in slices: logits never exist for the whole batch.
final class HeadPass {
    /// Logits of one slice, in floats: 32 MiB, so that three copies of them stay far below a layer's activations.
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
                PtNDArray h = rows(hidden, batch, from, to, slice);
                copy(loss(h, batch, from, to, slice), losses, from);
            }
        });
        return new Loss(losses);
    }

    /// As [#losses], adding the gradient of `hidden`'s scored rows; unscored rows get zero.
    Gradient gradient(PtNDArray hidden, PackedBatch batch, float[] rowWeights) {
        float[] losses = new float[batch.rows().length];
        PtNDArray sum = (PtNDArray) scope.zeros(hidden.getShape());
        slices(batch, (from, to) -> {
            try (PtNDManager slice = torch().scope()) {
                PtNDArray h = rows(hidden, batch, from, to, slice);
                h.setRequiresGradient(true);
                Torch.recording(() -> {
                    PtNDArray loss = loss(h, batch, from, to, slice);
                    copy(loss, losses, from);
                    JniUtils.backward(
                            loss, Torch.floats(slice, Arrays.copyOfRange(rowWeights, from, to)), false, false);
                });
                PtNDArray index = Torch.longs(slice, Arrays.copyOfRange(batch.rows(), from, to));
                torch().run(slice, "spread", h.getGradient(), index, sum);
            }
        });
        return new Gradient(new Loss(losses), sum);
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

    private PtNDArray rows(PtNDArray hidden, PackedBatch batch, int from, int to, PtNDManager slice) {
        PtNDArray index = Torch.longs(slice, Arrays.copyOfRange(batch.rows(), from, to));
        return torch().one(slice, "rows", hidden, index);
    }

    private PtNDArray loss(PtNDArray h, PackedBatch batch, int from, int to, PtNDManager slice) {
        return torch().one(
                        slice,
                        "losses",
                        h,
                        decoder.weights().norm(),
                        decoder.weights().head(),
                        Torch.longs(slice, Arrays.copyOfRange(batch.labels(), from, to)));
    }

    private static void copy(PtNDArray loss, float[] target, int from) {
        float[] values = loss.toFloatArray();
        System.arraycopy(values, 0, target, from, values.length);
    }

    private Torch torch() {
        return decoder.torch();
    }
}
