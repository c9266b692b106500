package io.lota4j.internal.train.lora;

import ai.djl.pytorch.engine.PtNDManager;
import io.lota4j.internal.model.Torch;
import io.lota4j.internal.model.Weights;
import io.lota4j.internal.train.Start;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The targets' values before a run, which every step adds the factors' product to. A base alone is read from its
/// mapped files again; what earlier runs made of one is kept, F32.
///
/// @param held by name; empty where the base alone is the start
record StartValues(Start start, Map<String, MemorySegment> held) {
    /// @param scope owns what is kept
    static StartValues of(Start start, List<Factors> factors, Weights weights, PtNDManager scope) {
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
