package io.lota4j.model;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One forward and backward pass in segments, one a layer, each freed as soon as it has been gone back through.
///
/// Projection matrices take no part in autograd: a layer returns what goes into each linear and keeps the
/// gradients of what comes out, and the sink makes of the two as much of the weight's gradient as it wants.
/// Layers under the lowest one
/// with a wanted weight are not recorded.
final class BackwardPass {
    /// Where `ops.py` puts each linear's input and output among a tapped layer's results.
    private static final Map<LayerRole, int[]> TAPS = Map.of(
            LayerRole.QUERY, new int[] {1, 2},
            LayerRole.KEY, new int[] {1, 3},
            LayerRole.VALUE, new int[] {1, 4},
            LayerRole.OUTPUT, new int[] {5, 6},
            LayerRole.GATE, new int[] {7, 8},
            LayerRole.UP, new int[] {7, 9},
            LayerRole.DOWN, new int[] {10, 11});

    private final Decoder decoder;
    private final PackedBatch batch;
    private final GradientSink sink;
    private final PtNDManager scope;
    private final PtNDArray groups;
    private final Deque<Segment> segments = new ArrayDeque<>();

    BackwardPass(Decoder decoder, PackedBatch batch, GradientSink sink, PtNDManager scope) {
        this.decoder = decoder;
        this.batch = batch;
        this.sink = sink;
        this.scope = scope;
        this.groups = Torch.longs(scope, batch.groups());
    }

    @SuppressWarnings("ArrayRecordComponent") // made once, never written
    private record Segment(int layer, PtNDManager scope, PtNDArray input, PtNDArray[] results) {}

    Loss run(float[] rowWeights) {
        weightsInAutograd(true);
        PtNDArray embedded = embed();
        PtNDArray hidden = forward(embedded);
        HeadPass.Gradient head = new HeadPass(decoder, scope).gradient(hidden, batch, rowWeights);
        deliver(decoder.weights().normName());
        PtNDArray gradient = head.hidden();
        while (!segments.isEmpty()) {
            gradient = backward(segments.pop(), gradient);
        }
        if (sink.wants(decoder.weights().embeddingName())) {
            JniUtils.backward(embedded, gradient, false, false);
            deliver(decoder.weights().embeddingName());
        }
        if (!decoder.config().tied()) {
            deliver(decoder.weights().headName());
        }
        weightsInAutograd(false);
        return head.loss();
    }

    /// Norms, biases, embedding and head are small or rarely trained, and autograd itself keeps their gradients.
    private void weightsInAutograd(boolean on) {
        for (String name : decoder.weights().shapes().keySet()) {
            if (sink.wants(name) && !decoder.weights().isProjection(name)) {
                PtNDArray weight = decoder.weights().tensor(name);
                weight.setRequiresGradient(on);
                if (on) {
                    JniUtils.zeroGrad(weight);
                }
            }
        }
    }

    private PtNDArray embed() {
        PtNDArray[] embedded = new PtNDArray[1];
        Torch.recording(() -> embedded[0] = decoder.embed(batch.ids(), scope));
        return embedded[0];
    }

    private PtNDArray forward(PtNDArray embedded) {
        Rotary rotary = decoder.rotary(batch, scope);
        int recordedFrom = firstWantedLayer();
        PtNDArray x = JniUtils.detachGradient(embedded);
        for (int layer = 0; layer < decoder.config().layers(); layer++) {
            x = layer < recordedFrom ? plain(layer, x, rotary) : recorded(layer, x, rotary);
        }
        return x;
    }

    private PtNDArray plain(int layer, PtNDArray x, Rotary rotary) {
        PtNDArray next = decoder.layer("layer", layer, x, rotary, groups, scope)[0];
        x.close();
        return next;
    }

    private PtNDArray recorded(int layer, PtNDArray x, Rotary rotary) {
        PtNDManager own = (PtNDManager) scope.newSubManager();
        x.setRequiresGradient(true);
        PtNDArray[][] results = new PtNDArray[1][];
        Torch.recording(() -> results[0] = decoder.layer("tapped_layer", layer, x, rotary, groups, own));
        segments.push(new Segment(layer, own, x, results[0]));
        return JniUtils.detachGradient(results[0][0]);
    }

    private int firstWantedLayer() {
        if (sink.wants(decoder.weights().embeddingName())) {
            return 0;
        }
        for (int layer = 0; layer < decoder.config().layers(); layer++) {
            if (LayerNames.of(decoder.config(), layer).values().stream().anyMatch(sink::wants)) {
                return layer;
            }
        }
        return decoder.config().layers();
    }

    private PtNDArray backward(Segment segment, PtNDArray gradient) {
        PtNDArray[] results = segment.results();
        JniUtils.backward(results[0], gradient, false, false);
        gradient.close();
        LayerNames.of(decoder.config(), segment.layer()).forEach((role, name) -> {
            int @Nullable [] tap = TAPS.get(role);
            if (tap == null) {
                deliver(name);
            } else if (sink.wants(name)) {
                PtNDArray dy = contiguous(Objects.requireNonNull(JniUtils.getGradient(results[tap[1]]), name));
                sink.linear(name, results[tap[0]], dy);
                dy.close();
            }
        });
        PtNDArray below = JniUtils.getGradient(segment.input());
        segment.input().close();
        segment.scope().close();
        return below;
    }

    private PtNDArray contiguous(PtNDArray tensor) {
        PtNDArray result = decoder.torch().one(scope, "contiguous", tensor);
        tensor.close();
        return result;
    }

    private void deliver(String name) {
        if (sink.wants(name)) {
            PtNDArray gradient = JniUtils.getGradient(decoder.weights().tensor(name));
            sink.whole(name, gradient);
            gradient.close();
        }
    }
}
