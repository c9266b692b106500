package io.lota4j.model;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.lota4j.LotaException;
import io.lota4j.Suggestions;
import io.lota4j.checkpoint.Checkpoint;
import io.lota4j.checkpoint.Shape;
import io.lota4j.checkpoint.TensorInfo;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// The working weights of a decoder, F32, by their names in the checkpoint.
///
/// On the CPU these are also the master values: an update is written here and nowhere else.
public final class Weights {
    private static final String EMBEDDING = "model.embed_tokens.weight";
    private static final String NORM = "model.norm.weight";
    private static final String HEAD = "lm_head.weight";

    private final Map<String, PtNDArray> tensors = new HashMap<>();
    private final SequencedMap<String, Shape> shapes = new TreeMap<>();
    private final ModelConfig config;
    private final PtNDArray none;

    /// Loads every weight that `config` asks for.
    ///
    /// @throws LotaException if one is missing or has another shape
    static Weights load(Checkpoint checkpoint, ModelConfig config, PtNDManager scope) {
        Weights weights = new Weights(config, scope);
        expected(config).forEach((name, shape) -> weights.load(checkpoint, name, shape, scope));
        return weights;
    }

    private Weights(ModelConfig config, PtNDManager scope) {
        this.config = config;
        this.none = Torch.floats(scope, 0L);
        none.setName(Torch.LIST);
    }

    /// The names and shapes of all weights of a decoder of this configuration, in the order of its computation.
    public static SequencedMap<String, Shape> expected(ModelConfig config) {
        SequencedMap<String, Shape> all = new LinkedHashMap<>();
        all.put(EMBEDDING, Shape.of(config.vocabSize(), config.hiddenSize()));
        for (int layer = 0; layer < config.layers(); layer++) {
            LayerNames.of(config, layer).forEach((role, name) -> all.put(name, role.shape(config)));
        }
        all.put(NORM, Shape.of(config.hiddenSize()));
        if (!config.tied()) {
            all.put(HEAD, Shape.of(config.vocabSize(), config.hiddenSize()));
        }
        return all;
    }

    private void load(Checkpoint checkpoint, String name, Shape shape, PtNDManager scope) {
        TensorInfo info = checkpoint.tensors().get(name);
        if (info == null) {
            throw new LotaException("%s: the tensor %s is missing%s."
                    .formatted(
                            checkpoint.directory(),
                            name,
                            Suggestions.nearest(name, unclaimed(checkpoint))
                                    .map(n -> " (the nearest one there is " + n + ")")
                                    .orElse("")));
        }
        if (!info.shape().equals(shape)) {
            throw new LotaException("%s: tensor %s has shape %s, but config.json asks for %s."
                    .formatted(checkpoint.directory(), name, info.shape(), shape));
        }
        if (shape.numel() > Torch.MOST_FLOATS) {
            throw new LotaException("%s: tensor %s of shape %s has more than %d elements, the most that can be loaded."
                    .formatted(checkpoint.directory(), name, shape, Torch.MOST_FLOATS));
        }
        PtNDArray tensor = Torch.floats(
                scope, shape.dims().stream().mapToLong(Long::longValue).toArray());
        checkpoint.read(name, Torch.memory(tensor));
        if (name.startsWith(LayerNames.PREFIX)) {
            tensor.setName(Torch.LIST);
        }
        tensors.put(name, tensor);
        shapes.put(name, shape);
    }

    /// The tensors that are no weight of the decoder: a mistyped name is among these, not in another layer.
    private Set<String> unclaimed(Checkpoint checkpoint) {
        Set<String> names = new TreeSet<>(checkpoint.tensors().keySet());
        names.removeAll(expected(config).keySet());
        return names;
    }

    /// Names and shapes, sorted by name.
    public SequencedMap<String, Shape> shapes() {
        return shapes;
    }

    /// Whether a weight is one of a layer's. A pass hands over the gradient of such a one in one piece; those
    /// of the embedding, the last norm and the head may come in several that add up.
    public static boolean inLayer(String name) {
        return name.startsWith(LayerNames.PREFIX);
    }

    /// The memory of one weight, F32, row-major; writes change the model.
    public MemorySegment memory(String name) {
        return Torch.memory(tensor(name));
    }

    PtNDArray tensor(String name) {
        PtNDArray tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("no weight " + name);
        }
        return tensor;
    }

    PtNDArray embedding() {
        return tensor(EMBEDDING);
    }

    String embeddingName() {
        return EMBEDDING;
    }

    String normName() {
        return NORM;
    }

    PtNDArray norm() {
        return tensor(NORM);
    }

    /// Whether this is one of the seven projection matrices of a layer.
    boolean isProjection(String name) {
        return name.endsWith("_proj.weight");
    }

    String headName() {
        return config.tied() ? EMBEDDING : HEAD;
    }

    PtNDArray head() {
        return tensor(headName());
    }

    /// The arguments of a layer in the order that `ops.py` wants; an absent bias is an empty tensor.
    PtNDArray[] layer(int index) {
        Map<LayerRole, String> names = LayerNames.of(config, index);
        List<PtNDArray> arguments = new ArrayList<>();
        for (LayerRole role : LayerRole.values()) {
            arguments.add(names.containsKey(role) ? tensor(names.get(role)) : none);
        }
        return arguments.toArray(PtNDArray[]::new);
    }
}
