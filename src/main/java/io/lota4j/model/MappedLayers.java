package io.lota4j.model;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.lota4j.checkpoint.Checkpoint;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The weights of all layers in the memory of one: widened from the mapped checkpoint when a layer's turn comes.
final class MappedLayers {
    /// No layer is in the buffers, or not with its newest values.
    private static final int NONE = -1;

    private final Checkpoint checkpoint;
    private final ModelConfig config;
    private final PtNDManager scope;
    private final Map<LayerRole, PtNDArray> buffers = new EnumMap<>(LayerRole.class);
    private final Map<String, LayerRole> roles = new HashMap<>();
    private final Map<String, List<Overlay>> overlays = new HashMap<>();
    private int current = NONE;

    /// @param checkpoint must stay open
    MappedLayers(Checkpoint checkpoint, ModelConfig config, PtNDManager scope) {
        this.checkpoint = checkpoint;
        this.config = config;
        this.scope = scope;
        for (int layer = 0; layer < config.layers(); layer++) {
            LayerNames.of(config, layer).forEach((role, name) -> roles.put(name, role));
        }
        LayerNames.of(config, 0).keySet().forEach(role -> {
            PtNDArray buffer = Torch.floats(scope, role.shape(config));
            buffer.setName(Torch.LIST);
            buffers.put(role, buffer);
        });
    }

    /// The weights of a layer, valid until the next call.
    Map<LayerRole, PtNDArray> layer(int index) {
        if (index != current) {
            LayerNames.of(config, index).entrySet().parallelStream()
                    .forEach(weight -> widen(weight.getValue(), buffer(weight.getKey())));
            current = index;
        }
        return buffers;
    }

    /// One weight, valid until the next call; for reading only.
    PtNDArray weight(String name) {
        PtNDArray buffer = buffer(Objects.requireNonNull(roles.get(name), name));
        widen(name, buffer);
        current = NONE;
        return buffer;
    }

    private PtNDArray buffer(LayerRole role) {
        return Objects.requireNonNull(buffers.get(role));
    }

    private void widen(String name, PtNDArray buffer) {
        MemorySegment memory = Torch.memory(buffer);
        checkpoint.read(name, memory);
        overlays.getOrDefault(name, List.of()).forEach(overlay -> overlay.scatter(memory));
    }

    /// Values for some elements of a weight, at first those that it has: from now on they stand in their place.
    ///
    /// @param index flat indices, I32, copied; null for all elements
    MemorySegment overlay(String name, long count, @Nullable MemorySegment index) {
        Overlay overlay = new Overlay(copy(count, index), Torch.memory(Torch.floats(scope, count)));
        overlay.gather(Torch.memory(weight(name)));
        overlays.computeIfAbsent(name, n -> new ArrayList<>()).add(overlay);
        return overlay.values();
    }

    private @Nullable MemorySegment copy(long count, @Nullable MemorySegment index) {
        return index == null ? null : Torch.memory(Torch.ints(scope, count)).copyFrom(index);
    }

    /// Values of an overlay have been written.
    void moved() {
        current = NONE;
    }
}
