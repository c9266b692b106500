package io.lota4j.internal.train.lora;

import ai.djl.pytorch.engine.PtNDManager;
import io.lota4j.internal.memory.Buffer;
import io.lota4j.internal.model.Decoder;
import io.lota4j.internal.model.LowRank;
import io.lota4j.internal.model.Torch;
import io.lota4j.internal.model.ValueStore;
import io.lota4j.internal.model.Weights;
import io.lota4j.internal.train.Parameters;
import io.lota4j.internal.train.StartingWeights;
import io.lota4j.internal.train.StepGradients;
import io.lota4j.internal.train.Trainable;
import io.lota4j.train.Optimizer;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Factors of weight changes that are trained beside the weights. The model computes with the sum, which is made anew
/// from the start after every step: nothing drifts.
///
/// @param scope owns gradients and moments
record LowRankParameters(
        Decoder decoder,
        StartValues start,
        List<Factors> factors,
        List<Trainable> trainables,
        StepGradients gradients,
        PtNDManager scope)
        implements Parameters {
    /// @param factors to train; they outlive this
    static LowRankParameters of(Decoder decoder, StartingWeights start, List<Factors> factors, Optimizer optimizer) {
        PtNDManager scope = decoder.torch().scope();
        ValueStore store = ValueStore.inMemory(decoder.torch(), scope);
        List<Trainable> trainables = new ArrayList<>();
        Map<String, LowRankGradients.Pair> pairs = new LinkedHashMap<>();
        for (Factors f : factors) {
            Trainable a = Trainable.whole(f.nameOfA(), f.values().a(), optimizer, decoder.torch(), store);
            Trainable b = Trainable.whole(f.nameOfB(), f.values().b(), optimizer, decoder.torch(), store);
            trainables.add(a);
            trainables.add(b);
            pairs.put(
                    f.weight(),
                    new LowRankGradients.Pair(
                            f, new LowRank(a.gradient().tensor(), b.gradient().tensor())));
        }
        var gradients = new LowRankGradients(pairs, decoder.torch());
        StartValues values = StartValues.of(start, factors, decoder.weights(), scope);
        LowRankParameters parameters = new LowRankParameters(decoder, values, factors, trainables, gradients, scope);
        parameters.moved();
        return parameters;
    }

    @Override
    public void moved() {
        Weights weights = decoder.weights();
        factors.parallelStream().forEach(f -> {
            Buffer weight = decoder.torch().buffer(weights.whole(f.weight()));
            weight.write(values -> start.read(f.weight(), values));
        });
        // The products have threads of their own.
        for (Factors f : factors) {
            decoder.torch().addLowRank(f.values(), f.scale(), f.transposed(), weights.whole(f.weight()));
        }
        weights.moved();
    }

    @Override
    public void close() {
        scope.close();
    }

    /// The targets' values before a run, which every step adds the factors' product to. A base alone is read from its
    /// mapped files again; what earlier runs made of one is kept, F32.
    ///
    /// @param held by name; empty where the base alone is the start
    record StartValues(StartingWeights start, Map<String, MemorySegment> held) {
        /// @param scope owns what is kept
        static StartValues of(StartingWeights start, List<Factors> factors, Weights weights, PtNDManager scope) {
            Map<String, MemorySegment> held = new HashMap<>();
            if (start.ticket() != null) {
                for (Factors f : factors) {
                    long count = weights.memory(f.weight()).byteSize() / Float.BYTES;
                    MemorySegment values = Torch.hostFloats(scope, count);
                    start.read(f.weight(), values);
                    held.put(f.weight(), values);
                }
            }
            return new StartValues(start, held);
        }

        void read(String weight, MemorySegment target) {
            MemorySegment values = held.get(weight);
            if (values == null) {
                start.read(weight, target);
            } else {
                target.copyFrom(values);
            }
        }
    }
}
