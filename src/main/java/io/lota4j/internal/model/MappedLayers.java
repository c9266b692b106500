package io.lota4j.internal.model;

import ai.djl.pytorch.engine.PtNDArray;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.memory.Buffer;
import io.lota4j.internal.model.layer.Weight;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// The weights of all layers in the memory of one: widened from the mapped checkpoint when a layer's turn comes.
final class MappedLayers {
    /// No layer is in the buffers, or not with its newest values.
    private static final int NONE = -1;

    private final Checkpoint checkpoint;
    private final ModelConfig config;
    private final Torch torch;
    private final Map<Weight, PtNDArray> buffers = new HashMap<>();
    private final Map<String, Weight> roles = new HashMap<>();
    private final Map<String, List<Overlay>> overlays = new HashMap<>();
    private int current = NONE;

    /// @param checkpoint must stay open
    MappedLayers(Checkpoint checkpoint, ModelConfig config, Torch torch) {
        this.checkpoint = checkpoint;
        this.config = config;
        this.torch = torch;
        for (int layer = 0; layer < config.layers(); layer++) {
            config.blocks().weights(layer).forEach((name, weight) -> {
                roles.put(name, weight);
                buffers.computeIfAbsent(weight, this::buffer);
            });
        }
    }

    private PtNDArray buffer(Weight weight) {
        PtNDArray buffer = Torch.floats(torch.manager(), weight.shape());
        buffer.setName(Torch.LIST);
        return buffer;
    }

    /// The weights of a layer in the order of computation, valid until the next call.
    PtNDArray[] layer(int index) {
        SequencedMap<String, Weight> weights = config.blocks().weights(index);
        if (index != current) {
            weights.entrySet().parallelStream().forEach(weight -> widen(weight.getKey(), of(weight.getValue())));
            current = index;
        }
        return weights.values().stream().map(this::of).toArray(PtNDArray[]::new);
    }

    /// One weight, valid until the next call; for reading only.
    PtNDArray weight(String name) {
        PtNDArray buffer = of(Objects.requireNonNull(roles.get(name), name));
        widen(name, buffer);
        current = NONE;
        return buffer;
    }

    private PtNDArray of(Weight weight) {
        return Objects.requireNonNull(buffers.get(weight));
    }

    private void widen(String name, PtNDArray buffer) {
        torch.buffer(buffer).write(memory -> read(name, 0, memory));
    }

    /// Some elements of a weight with their newest values.
    void read(String name, long first, MemorySegment target) {
        List<Overlay> over = overlays.getOrDefault(name, List.of());
        if (over.isEmpty() || over.getLast().index() != null) {
            checkpoint.read(name, first, target);
        }
        over.forEach(overlay -> {
            overlay.scatter(first, target);
            overlay.rest();
        });
    }

    /// Values for some elements of a weight, at first those that it has: from now on they stand in their place.
    ///
    /// @param index flat indices, I32, copied; null for all elements
    Buffer overlay(String name, long count, @Nullable Buffer index) {
        return overlay(name, Overlay.of(count, index, torch));
    }

    /// As the other `overlay`, with its values where they are.
    Buffer overlay(String name, Overlay overlay) {
        torch.buffer(weight(name)).read(values -> overlay.gather(0, values));
        overlay.rest();
        overlays.computeIfAbsent(name, n -> new ArrayList<>()).add(overlay);
        return overlay.values();
    }

    /// Values of an overlay have been written.
    void moved() {
        current = NONE;
    }
}
