package io.lota4j.internal.merge.source;

import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.LayerName;
import io.lota4j.internal.checkpoint.SafetensorsFile;
import io.lota4j.internal.merge.ModelOutline;
import io.lota4j.internal.peft.AdapterConfig;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;

/// What an adapter does to the head of a base that ties it to its embedding: such a base has only one matrix of its
/// shape outside the layers.
///
/// @param heads that the adapter brings whole or changes, by what they are called: the head is then no longer tied
/// @param embeddings that a head is a change of, by what the head is called; none for one that is brought whole
/// @param doubts sentences about a head that was trained as it is in the base
record AdapterHeads(
        SequencedMap<String, ModelOutline.Tensor> heads, Map<String, String> embeddings, List<String> doubts) {
    private static final AdapterHeads NONE = new AdapterHeads(new TreeMap<>(), Map.of(), List.of());

    /// What nearly all models call their head.
    private static final String HEAD = "lm_head.weight";

    AdapterHeads {
        embeddings = Map.copyOf(embeddings);
        heads = Collections.unmodifiableSequencedMap(heads);
        doubts = List.copyOf(doubts);
    }

    /// Nothing where PEFT was told to keep the two alike.
    static AdapterHeads of(
            AdapterConfig config, SafetensorsFile file, Map<String, AdapterPart> parts, Optional<ModelOutline> base) {
        if (base.isEmpty() || config.flag("ensure_weight_tying")) {
            return NONE;
        }
        TreeMap<String, ModelOutline.Tensor> heads = new TreeMap<>();
        Map<String, String> embeddings = new TreeMap<>();
        List<String> doubts = new ArrayList<>();
        parts.forEach((name, part) -> part.shape()
                .filter(shape -> isOutside(name, shape))
                .map(shape -> alike(base.get(), shape))
                .filter(alike -> alike.size() == 1)
                .map(List::getFirst)
                .ifPresent(embedding -> {
                    if (embedding.getKey().equals(name)) {
                        doubts.add(doubt(file, name));
                    } else if (part.standsAlone() || isHead(name)) {
                        heads.put(name, embedding.getValue());
                        if (!part.standsAlone()) {
                            embeddings.put(name, embedding.getKey());
                        }
                    }
                }));
        return new AdapterHeads(heads, embeddings, heads.isEmpty() ? doubts : List.of());
    }

    private static String doubt(SafetensorsFile file, String embedding) {
        return Text.format(
                "%s: changes '%s'. A head that the base ties to it changes as well; in PEFT's training it did not.",
                file.path(), embedding);
    }

    private static boolean isHead(String name) {
        return name.equals(HEAD) || name.endsWith("." + HEAD);
    }

    private static boolean isOutside(String name, Shape shape) {
        return shape.rank() == 2 && LayerName.of(name).isEmpty();
    }

    /// The base's matrices of a shape outside the layers.
    private static List<Map.Entry<String, ModelOutline.Tensor>> alike(ModelOutline base, Shape shape) {
        return base.tensors().entrySet().stream()
                .filter(tensor -> tensor.getValue().shape().equals(shape) && isOutside(tensor.getKey(), shape))
                .toList();
    }
}
