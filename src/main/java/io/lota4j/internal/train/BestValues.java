package io.lota4j.internal.train;

import ai.djl.pytorch.engine.PtNDManager;
import io.lota4j.internal.model.Decoder;
import io.lota4j.internal.model.ValueStore;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// The trained values of the step that did best on the held-out rows.
///
/// @param trainables whose values they are
/// @param copies F32, one a trainable, `[entries]`, in the host's memory
public record BestValues(List<Trainable> trainables, List<MemorySegment> copies) {
    /// @param scope owns copies in memory
    static BestValues of(List<Trainable> trainables, Decoder decoder, PtNDManager scope) {
        ValueStore store = decoder.store(
                scope, trainables.stream().mapToLong(t -> t.entries().count()));
        return new BestValues(
                trainables,
                trainables.stream()
                        .map(t -> store.hostFloats(t.entries().count()))
                        .toList());
    }

    /// Takes the values that are trained now.
    void take() {
        for (int t = 0; t < copies.size(); t++) {
            trainables.get(t).copyTo(copies.get(t));
            ValueStore.rest(copies.get(t));
        }
    }

    /// Makes the values that were taken the trained ones.
    void restore() {
        for (int t = 0; t < copies.size(); t++) {
            trainables.get(t).copyFrom(copies.get(t));
            ValueStore.rest(copies.get(t));
        }
    }
}
