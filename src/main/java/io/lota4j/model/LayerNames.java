package io.lota4j.model;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/// The names of a layer's weights in a checkpoint.
final class LayerNames {
    static final String PREFIX = "model.layers.";

    private LayerNames() {}

    static Map<LayerRole, String> of(ModelConfig config, int layer) {
        Map<LayerRole, String> names = new EnumMap<>(LayerRole.class);
        for (LayerRole role : LayerRole.values()) {
            if (role.present(config)) {
                names.put(role, PREFIX + layer + "." + role.suffix());
            }
        }
        return Collections.unmodifiableMap(names);
    }
}
