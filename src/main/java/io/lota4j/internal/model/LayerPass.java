package io.lota4j.internal.model;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.lota4j.internal.model.layer.LayerScript;
import java.util.Arrays;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Runs the methods of the layers' scripts on one batch.
///
/// @param weights of a layer, as its script takes them
/// @param rotaries of the batch's tokens, one a layer; null for a layer without
/// @param groups of the batch
record LayerPass(Decoder decoder, IntFunction<PtNDArray[]> weights, Decoder.Rotaries rotaries, PtNDArray groups) {
    static LayerPass of(Decoder decoder, PackedBatch batch, PtNDManager scope) {
        return of(decoder, decoder.weights()::layer, batch, scope);
    }

    /// With other copies of the weights.
    static LayerPass of(Decoder decoder, IntFunction<PtNDArray[]> weights, PackedBatch batch, PtNDManager scope) {
        return new LayerPass(
                decoder,
                weights,
                decoder.rotaries(batch.longest(), scope).at(batch.positions(), batch.lengths(), decoder.torch(), scope),
                Torch.longs(scope, batch.groups()));
    }

    /// @param method `layer`, `kept`, `inner`, `begun`, `behind` or `scored` of a [LayerScript]
    /// @param more what the method takes behind the groups
    PtNDArray[] forward(String method, int layer, PtNDArray x, PtNDManager scope, PtNDArray... more) {
        return run(scope, method, layer, Stream.of(x), Stream.empty(), more);
    }

    /// What going back through a layer yields.
    ///
    /// @param x the layer's input
    /// @param kept what `inner` returns
    /// @param gradient of the layer's output
    /// @param scope gets the results
    Back back(int layer, PtNDArray x, PtNDArray[] kept, PtNDArray gradient, PtNDManager scope) {
        for (PtNDArray tensor : kept) {
            tensor.setName(Torch.KEPT);
        }
        PtNDArray[] results = run(scope, "back", layer, Stream.of(gradient, x), Arrays.stream(kept));
        for (PtNDArray tensor : kept) {
            tensor.setName("");
        }
        return new Back(decoder, layer, x, gradient, kept, results);
    }

    private PtNDArray[] run(
            PtNDManager scope,
            String method,
            int layer,
            Stream<PtNDArray> first,
            Stream<PtNDArray> kept,
            PtNDArray... more) {
        Rotary rotary = rotaries.of(layer);
        PtNDArray[] arguments = Stream.of(
                        first,
                        kept,
                        Arrays.stream(weights.apply(layer)),
                        Stream.of(rotary.cos(), rotary.sin(), groups),
                        Arrays.stream(more))
                .flatMap(s -> s)
                .toArray(PtNDArray[]::new);
        return decoder.torch().run(scope, decoder.method(method, layer), arguments);
    }

    /// The gradient of a layer's input, and of each weight what its gradient is made of.
    @SuppressWarnings("ArrayRecordComponent") // made once, never written
    record Back(
            Decoder decoder, int layer, PtNDArray input, PtNDArray gradient, PtNDArray[] kept, PtNDArray[] results) {
        /// The gradient of the layer's input.
        PtNDArray below() {
            return results[0];
        }

        /// Hands each weight's gradient to whoever wants it.
        void deliver(GradientSink sink) {
            for (LayerScript.Delivery delivery : decoder.script(layer).deliveries()) {
                switch (delivery) {
                    case LayerScript.Product product -> deliver(product, sink);
                    case LayerScript.Parts parts -> {
                        if (sink.wants(name(parts.weight()))) {
                            long[] tokens = results[parts.tokens()].toLongArray();
                            sink.parts(name(parts.weight()), results[parts.result()], tokens);
                        }
                    }
                    case LayerScript.Whole whole -> {
                        if (sink.wants(name(whole.weight()))) {
                            sink.whole(name(whole.weight()), results[whole.result()]);
                        }
                    }
                }
            }
        }

        private void deliver(LayerScript.Product product, GradientSink sink) {
            Activation dy = activation(product.dy());
            if (dy.tokens() == 0) {
                // An expert that no token went through.
                return;
            }
            String name = name(product.weight());
            if (sink.wants(name)) {
                Integer places = product.places();
                Activation in = activation(product.x());
                Activation x = places == null ? in : new Activation(in.tensor(), in.byFeature(), results[places]);
                sink.linear(name, product.swapped() ? dy : x, product.swapped() ? x : dy);
            }
            @Nullable String bias = product.bias();
            if (bias != null && sink.wants(name(bias))) {
                try (PtNDArray sum = decoder.torch().sumOverTokens(dy)) {
                    sink.whole(name(bias), sum);
                }
            }
        }

        private Activation activation(LayerScript.Operand operand) {
            PtNDArray tensor = switch (operand.place()) {
                case INPUT -> input;
                case ABOVE -> gradient;
                case KEPT -> kept[operand.index()];
                case RESULT -> results[operand.index()];
            };
            return new Activation(tensor, operand.byFeature());
        }

        private String name(String weight) {
            return decoder.config().blocks().name(layer, weight);
        }
    }
}
