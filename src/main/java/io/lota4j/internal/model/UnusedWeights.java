package io.lota4j.internal.model;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.TensorInfo;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Tensors of a checkpoint that a decoder has no use for. A model that was trained with them computes something else
/// without them: they are refused, but for those that other programs write and nobody reads.
///
/// @param checkpoint that is loaded
/// @param config of the decoder
/// @param used names of its weights
record UnusedWeights(Checkpoint checkpoint, ModelConfig config, Set<String> used) {
    /// So many names of a kind are in a message.
    private static final int LISTED = 3;

    /// Tables and causal masks that older programs stored, which follow from `config.json`, and the module of a
    /// Qwen 3.5 that guesses tokens beyond the next.
    private static final Pattern HARMLESS = Pattern.compile("(.*\\.)?rotary_emb\\.(inv_freq|cos_cached|sin_cached)"
            + "|(.*\\.)?(attn|attention)\\.(bias|masked_bias)" + "|mtp\\..*");

    /// @throws LotaException with the names of such tensors and what they mean, or if the tensor of a head is stored
    ///     beside the embedding that is to be the head, and differs
    void refuse() {
        SortedMap<String, String> unused = new TreeMap<>();
        for (String name : checkpoint.tensors().keySet()) {
            if (!used.contains(name)
                    && !HARMLESS.matcher(name).matches()
                    && !config.blocks().names().isBeside(name)
                    && !isEqualHead(name)) {
                unused.put(name, meaning(name));
            }
        }
        if (unused.isEmpty()) {
            return;
        }
        Map<String, List<String>> kinds =
                unused.keySet().stream().collect(Collectors.groupingBy(unused::get, TreeMap::new, Collectors.toList()));
        String told = kinds.entrySet().stream()
                .map(kind -> listed(kind.getValue()) + ": " + kind.getKey() + ".")
                .collect(Collectors.joining("\n"));
        throw new LotaException(Text.format(
                "%s has %d %s no part of the decoder uses; without them it would compute something else.\n%s",
                checkpoint.directory(), unused.size(), unused.size() == 1 ? "tensor that" : "tensors that", told));
    }

    /// The first few of some names.
    static String listed(List<String> names) {
        String first = names.stream().limit(LISTED).collect(Collectors.joining(", "));
        return names.size() > LISTED ? Text.format("%s and %d more", first, names.size() - LISTED) : first;
    }

    private String meaning(String name) {
        if (config.blocks().tied() && name.equals(head())) {
            return Text.format(
                    "config.json ties the head to the embedding (\"tie_word_embeddings\": true), but the head that is "
                            + "stored differs from %s; say false there if this head is the model's, else remove the "
                            + "tensor",
                    config.blocks().embedding());
        }
        if (config.blocks()
                .names()
                .layer(name)
                .filter(layer -> layer.index() >= config.layers())
                .isPresent()) {
            return Text.format(
                    "layers beyond those of config.json, whose \"num_hidden_layers\" is %d", config.layers());
        }
        if (name.endsWith("_proj.bias")) {
            return Text.format(
                    "biases, for which config.json has no \"%s\": true",
                    name.contains(".mlp.") ? "mlp_bias" : "attention_bias");
        }
        if (name.endsWith("_norm.weight") && name.contains(".self_attn.")) {
            return Text.format(
                    "norms of queries and keys, which %s has none of; config.json names another architecture than"
                            + " the weights have",
                    config.architecture());
        }
        if (name.contains("lora_") || name.contains(".base_layer.")) {
            return "parts of an adapter; merge it into the model first";
        }
        return Text.format("no weight of a %s with this config.json", config.architecture());
    }

    private String head() {
        return config.blocks().names().head();
    }

    /// Whether this is a head that is stored beside the embedding that it is tied to, and equal to it.
    private boolean isEqualHead(String name) {
        if (!config.blocks().tied() || !name.equals(head())) {
            return false;
        }
        TensorInfo head = checkpoint.info(name);
        TensorInfo embedding = checkpoint.info(config.blocks().embedding());
        if (!head.shape().equals(embedding.shape())) {
            return false;
        }
        if (head.dtype() == embedding.dtype()) {
            return checkpoint
                            .bytes(name)
                            .mismatch(checkpoint.bytes(config.blocks().embedding()))
                    < 0;
        }
        return head.dtype().isFloat()
                && embedding.dtype().isFloat()
                && values(head).mismatch(values(embedding)) < 0;
    }

    private MemorySegment values(TensorInfo tensor) {
        MemorySegment values =
                MemorySegment.ofArray(new float[Math.toIntExact(tensor.shape().numel())]);
        checkpoint.read(tensor.name(), values);
        return values;
    }
}
