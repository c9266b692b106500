package io.lota4j.model;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What going back through one layer yields: the gradient of its input, and of each weight what it is made of.
@SuppressWarnings("ArrayRecordComponent") // made once, never written
record LayerBack(Torch torch, Map<LayerRole, String> names, PtNDArray gradient, PtNDArray[] kept, PtNDArray[] results) {
    private static final int ATTENDED = 3;

    /// @param x the layer's input
    /// @param kept what `inner` of `ops.py` returned
    /// @param gradient of the layer's output
    /// @param scope gets the results
    static LayerBack of(
            Decoder decoder,
            int layer,
            PtNDArray x,
            PtNDArray[] kept,
            PtNDArray gradient,
            Rotary rotary,
            PtNDArray groups,
            PtNDManager scope) {
        List<PtNDArray> arguments = new ArrayList<>(List.of(gradient, x));
        arguments.addAll(List.of(kept));
        arguments.addAll(List.of(decoder.weights().layer(layer)));
        arguments.addAll(List.of(rotary.cos(), rotary.sin(), groups));
        name(kept, Torch.KEPT);
        PtNDArray[] results = decoder.torch().run(scope, "layer_back", arguments.toArray(PtNDArray[]::new));
        name(kept, "");
        return new LayerBack(decoder.torch(), LayerNames.of(decoder.config(), layer), gradient, kept, results);
    }

    private static void name(PtNDArray[] tensors, String name) {
        for (PtNDArray tensor : tensors) {
            tensor.setName(name);
        }
    }

    /// The gradient of the layer's input.
    PtNDArray below() {
        return results[0];
    }

    /// Hands each weight's gradient to whoever wants it.
    void deliver(GradientSink sink) {
        Activation x1 = rows(results[1]);
        Activation x2 = rows(results[6]);
        Activation above = rows(gradient);
        linear(sink, LayerRole.QUERY, LayerRole.QUERY_BIAS, x1, rows(results[2]));
        linear(sink, LayerRole.KEY, LayerRole.KEY_BIAS, x1, rows(results[3]));
        linear(sink, LayerRole.VALUE, LayerRole.VALUE_BIAS, x1, rows(results[4]));
        linear(sink, LayerRole.OUTPUT, LayerRole.OUTPUT_BIAS, rows(kept[ATTENDED]), rows(results[5]));
        linear(sink, LayerRole.GATE, LayerRole.GATE_BIAS, x2, columns(results[7]));
        linear(sink, LayerRole.UP, LayerRole.UP_BIAS, x2, columns(results[8]));
        linear(sink, LayerRole.DOWN, LayerRole.DOWN_BIAS, columns(results[9]), above);
        norm(sink, LayerRole.INPUT_NORM, results[10]);
        norm(sink, LayerRole.MLP_NORM, results[11]);
    }

    private void linear(GradientSink sink, LayerRole weight, LayerRole bias, Activation x, Activation dy) {
        String name = Objects.requireNonNull(names.get(weight));
        if (sink.wants(name)) {
            sink.linear(name, x, dy);
        }
        @Nullable String biasName = names.get(bias);
        if (biasName != null && sink.wants(biasName)) {
            try (PtNDArray sum = torch.sumOverTokens(dy)) {
                sink.whole(biasName, sum);
            }
        }
    }

    private void norm(GradientSink sink, LayerRole role, PtNDArray gradient) {
        String name = Objects.requireNonNull(names.get(role));
        if (sink.wants(name)) {
            sink.whole(name, gradient);
        }
    }

    private static Activation rows(PtNDArray tensor) {
        return new Activation(tensor, false);
    }

    private static Activation columns(PtNDArray tensor) {
        return new Activation(tensor, true);
    }
}
