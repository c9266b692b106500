package io.lota4j.internal.model;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.lota4j.model.MemoryPolicy.ActivationPolicy;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;

/// One forward and backward pass, layer by layer. Each layer is freed after its backward pass.
///
/// A layer's derivatives are written out in `primitives.py`: nothing is recorded, and a projection's weight gradient is
/// never formed here. The sink gets what goes into each linear with the gradient of what comes out, and makes of
/// the two as much of it as it wants. Layers under the lowest one with a wanted weight have no backward pass.
final class BackwardPass {
    private final Decoder decoder;
    private final PackedBatch batch;
    private final GradientSink sink;
    private final PtNDManager scope;
    private final LayerPass layers;
    private final Deque<Segment> segments = new ArrayDeque<>();

    BackwardPass(Decoder decoder, PackedBatch batch, GradientSink sink, PtNDManager scope) {
        this.decoder = decoder;
        this.batch = batch;
        this.sink = sink;
        this.scope = scope;
        this.layers = LayerPass.of(decoder, batch, scope);
    }

    /// A layer that has been gone forward through.
    ///
    /// @param scope owns the tensors
    /// @param kept what going back needs beside the input; empty if it is to be computed again
    @SuppressWarnings("ArrayRecordComponent") // made once, never written
    private record Segment(int layer, PtNDManager scope, PtNDArray input, PtNDArray[] kept) {}

    Loss run(HeadLoss loss) {
        PtNDArray hidden = forward(decoder.embed(batch.ids(), batch.positions(), scope));
        HeadPass pass = new HeadPass(decoder, scope);
        HeadPass.Gradient head = switch (loss) {
            case HeadLoss.Labels(RowWeights.Constant(float[] weights)) -> pass.gradient(hidden, batch, weights, sink);
            case HeadLoss.Labels(RowWeights.OfLosses(UnaryOperator<float[]> rule)) ->
                pass.gradient(
                        hidden, batch, rule.apply(pass.losses(hidden, batch).tokenLosses()), sink);
            case HeadLoss.Divergence(Expectations from, float[] weights) ->
                pass.gradient(hidden, batch, from, weights, sink);
        };
        hidden.close();
        PtNDArray gradient = head.hidden();
        while (!segments.isEmpty()) {
            gradient = backward(segments.pop(), gradient);
        }
        embedding(gradient);
        return head.loss();
    }

    private PtNDArray forward(PtNDArray embedded) {
        int keptFrom = firstWantedLayer();
        PtNDArray x = embedded;
        for (int layer = 0; layer < decoder.config().layers(); layer++) {
            x = layer < keptFrom ? plain(layer, x) : pushed(layer, x);
        }
        return x;
    }

    private PtNDArray plain(int layer, PtNDArray x) {
        PtNDArray next = layers.forward("layer", layer, x, scope)[0];
        x.close();
        return next;
    }

    private PtNDArray pushed(int layer, PtNDArray x) {
        PtNDManager own = (PtNDManager) scope.newSubManager();
        x.attach(own);
        boolean keep = decoder.memory().activations() == ActivationPolicy.KEEP;
        PtNDArray[] results = layers.forward(keep ? "kept" : "layer", layer, x, own);
        PtNDArray next = results[results.length - 1];
        next.attach(scope);
        segments.push(new Segment(layer, own, x, Arrays.copyOf(results, results.length - 1)));
        return next;
    }

    private PtNDArray[] kept(Segment segment) {
        return segment.kept().length > 0
                ? segment.kept()
                : layers.forward("inner", segment.layer(), segment.input(), segment.scope());
    }

    private int firstWantedLayer() {
        String positions = decoder.config().blocks().learnedPositions();
        if (sink.wants(Weights.SOFT)
                || sink.wants(decoder.weights().embeddingName())
                || (positions != null && sink.wants(positions))) {
            return 0;
        }
        for (int layer = 0; layer < decoder.config().layers(); layer++) {
            if (decoder.config().blocks().weights(layer).keySet().stream().anyMatch(sink::wants)) {
                return layer;
            }
        }
        return decoder.config().layers();
    }

    private PtNDArray backward(Segment segment, PtNDArray gradient) {
        try (PtNDManager own = segment.scope()) {
            LayerPass.Back back = layers.back(segment.layer(), segment.input(), kept(segment), gradient, own);
            back.deliver(sink);
            gradient.close();
            back.below().attach(scope);
            return back.below();
        }
    }

    private void embedding(PtNDArray gradient) {
        String name = decoder.weights().embeddingName();
        if (sink.wants(name)) {
            PtNDArray ids = Torch.longs(scope, batch.ids());
            PtNDArray tokens = Torch.longs(scope, new long[] {decoder.config().vocabSize()});
            sink.whole(name, decoder.torch().one(scope, "embedding_gradient", gradient, ids, tokens));
        }
        String positions = decoder.config().blocks().learnedPositions();
        if (positions != null && sink.wants(positions)) {
            PtNDArray places = Torch.longs(scope, batch.positions());
            PtNDArray table = decoder.weights().tensor(positions);
            sink.whole(positions, decoder.torch().one(scope, "positions_gradient", gradient, places, table));
        }
        if (decoder.weights().soft() > 0 && sink.wants(Weights.SOFT)) {
            soft(gradient);
        }
    }

    /// All tokens share the first row, which nobody gets.
    private void soft(PtNDArray gradient) {
        long first = decoder.config().vocabSize();
        long count = decoder.weights().soft();
        PtNDArray places = Torch.longs(
                scope,
                LongStream.of(batch.ids())
                        .map(id -> Math.max(0, id - first + 1))
                        .toArray());
        PtNDArray rows = Torch.longs(scope, new long[] {count + 1});
        PtNDArray all = decoder.torch().one(scope, "embedding_gradient", gradient, places, rows);
        sink.whole(Weights.SOFT, Torch.rows(all, 1, count + 1, scope));
    }
}
