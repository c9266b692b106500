package io.lota4j.internal.model;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Suggestions;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.Quantized;
import io.lota4j.internal.checkpoint.TensorInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;

/// A checkpoint that a decoder can be made of: it has the weights that its `config.json` asks for, and no others.
///
/// To tell this, headers are read; values only of a head that is stored beside the embedding it is tied to. So a plan
/// refuses what the work would refuse.
public final class Loadable {
    private static final String UNTIED =
            " config.json has no \"tie_word_embeddings\": true; say so there if the head is the embedding.";

    private final Checkpoint checkpoint;
    private final ModelConfig config;
    private final SequencedMap<String, Shape> weights;

    private Loadable(Checkpoint checkpoint, ModelConfig config) {
        this.checkpoint = checkpoint;
        this.config = config;
        this.weights = Weights.expected(config);
    }

    /// Looks at a checkpoint as its own `config.json` describes it.
    ///
    /// @throws LotaException if its architecture is not supported, a weight is missing, has another shape or is no
    ///     float, the checkpoint has others, or is quantized
    public static Loadable of(Checkpoint checkpoint) {
        return of(checkpoint, ModelConfig.of(checkpoint.directory()));
    }

    /// As [#of(Checkpoint)], with a configuration other than the directory's.
    static Loadable of(Checkpoint checkpoint, ModelConfig config) {
        Quantized.refuse(checkpoint, "computed with");
        Loadable model = new Loadable(checkpoint, config);
        model.requireAll();
        model.weights.forEach(model::check);
        new UnusedWeights(checkpoint, config, model.weights.keySet()).refuse();
        return model;
    }

    /// What the weights are read from.
    public Checkpoint checkpoint() {
        return checkpoint;
    }

    public ModelConfig config() {
        return config;
    }

    /// The names and shapes of all weights, in the order of computation.
    public SequencedMap<String, Shape> weights() {
        return weights;
    }

    private void requireAll() {
        List<String> missing = weights.keySet().stream()
                .filter(name -> !checkpoint.tensors().containsKey(name))
                .toList();
        if (missing.isEmpty()) {
            return;
        }
        if (missing.size() == 1) {
            String name = missing.getFirst();
            throw new LotaException(Text.format(
                    "%s: the tensor %s is missing%s.%s",
                    checkpoint.directory(),
                    name,
                    Suggestions.nearest(name, unclaimed())
                            .map(n -> " (the nearest one there is " + n + ")")
                            .orElse(""),
                    name.equals(config.blocks().head()) ? UNTIED : ""));
        }
        throw new LotaException(Text.format(
                "%s: %d of %d tensors are missing: %s.%s",
                checkpoint.directory(), missing.size(), weights.size(), UnusedWeights.listed(missing), absence()));
    }

    /// What it means that tensors are missing.
    private String absence() {
        Set<String> names = checkpoint.tensors().keySet();
        String before = config.blocks().names().prefix();
        if (!before.isEmpty() && names.contains(config.blocks().embedding().substring(before.length()))) {
            return Text.format(
                    " Its tensors are named without '%s' in front: it was saved without a head. Save the whole model"
                            + " for causal language modelling.",
                    before);
        }
        List<String> absent = new ArrayList<>();
        for (int layer = 0; layer < config.layers(); layer++) {
            String prefix = config.blocks().name(layer, "");
            if (names.stream().noneMatch(name -> name.startsWith(prefix))) {
                absent.add(Integer.toString(layer));
            }
        }
        return absent.isEmpty()
                ? ""
                : Text.format(
                        " Layers that are not there at all, of the %d that config.json says (\"num_hidden_layers\"):"
                                + " %s.",
                        config.layers(), UnusedWeights.listed(absent));
    }

    private void check(String name, Shape shape) {
        TensorInfo info = checkpoint.info(name);
        if (!info.shape().equals(shape)) {
            throw new LotaException(Text.format(
                    "%s: tensor %s has shape %s, but config.json asks for %s.",
                    checkpoint.shardOf(name), name, info.shape(), shape));
        }
        checkpoint.requireFloats(name);
    }

    /// The tensors that are no weight of the decoder: a mistyped name is among these, not in another layer.
    private Set<String> unclaimed() {
        Set<String> names = new TreeSet<>(checkpoint.tensors().keySet());
        names.removeAll(weights.keySet());
        return names;
    }
}
