package io.lota4j.internal.merge.recipe;

import io.lota4j.internal.checkpoint.LayerName;
import io.lota4j.merge.Compat;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/// Lists the tensors of the result: those of each part's reference, numbered anew where there are slices.
final class ResultTensors {
    private final Compat compat;
    private final List<ResultTensor> list = new ArrayList<>();

    private ResultTensors(Compat compat) {
        this.compat = compat;
    }

    /// @param parts at least one, each with a reference
    static List<ResultTensor> of(List<SliceModels> parts, Compat compat) {
        ResultTensors places = new ResultTensors(compat);
        if (parts.getFirst().sources().getFirst().layers().isEmpty()) {
            names(parts.getFirst(), parts).forEach(name -> places.whole(name, parts.getFirst()));
        } else {
            places.slices(parts);
        }
        return places.list;
    }

    /// The reference's tensors, and heads of the models of other parts that it does without because they are its
    /// embedding.
    private static TreeSet<String> names(SliceModels part, List<SliceModels> others) {
        OpenModel reference = part.reference().orElseThrow().member();
        TreeSet<String> names = new TreeSet<>(reference.outline().tensors().keySet());
        if (reference.onlyEmbedding().isPresent()) {
            others.stream()
                    .flatMap(other -> other.all().stream())
                    .forEach(source -> names.addAll(source.member().embeddings()));
        }
        return names;
    }

    private void whole(String name, SliceModels part) {
        OpenModel reference = part.reference().orElseThrow().member();
        double t = LayerName.of(name)
                .map(layer -> share(layer.index(), reference.layersAround(layer)))
                .orElseGet(() -> outside(name));
        list.add(new ResultTensor(name, part, t, Optional.empty()));
    }

    private void slices(List<SliceModels> parts) {
        for (String name : names(parts.getFirst(), parts.subList(0, 1))) {
            if (isOutside(name, parts.getFirst()) && isInput(name)) {
                list.add(new ResultTensor(name, parts.getFirst(), 0, Optional.empty()));
            }
        }
        int first = 0;
        for (SliceModels part : parts) {
            first = layers(part, first);
        }
        List<SliceModels> ends = List.of(parts.getFirst(), parts.getLast());
        for (String name : names(parts.getLast(), ends)) {
            if (isOutside(name, parts.getLast()) && !isInput(name)) {
                list.add(new ResultTensor(name, parts.getLast(), outside(name), Optional.empty()));
            }
        }
    }

    /// @param first the number of the part's first layer in the result
    /// @return one more than that of its last
    private int layers(SliceModels part, int first) {
        SliceModels.Source reference = part.reference().orElseThrow();
        LayerRange range = reference.layers().orElseThrow();
        for (String name : reference.member().outline().tensors().keySet()) {
            Optional<LayerName> layer = LayerName.of(name).filter(found -> inStack(found, reference));
            if (layer.isPresent()
                    && range.from() <= layer.get().index()
                    && layer.get().index() < range.to()) {
                int offset = layer.get().index() - range.from();
                list.add(new ResultTensor(
                        layer.get().stack() + (first + offset) + layer.get().rest(),
                        part,
                        share(offset, range.length()),
                        Optional.of(new ResultTensor.Layer(offset, layer.get().rest()))));
            }
        }
        return first + range.length();
    }

    private static boolean isOutside(String name, SliceModels part) {
        return LayerName.of(name)
                .filter(layer -> inStack(layer, part.reference().orElseThrow()))
                .isEmpty();
    }

    private static boolean inStack(LayerName layer, SliceModels.Source reference) {
        return reference.member().stack().filter(layer.stack()::equals).isPresent();
    }

    /// Of one layer alone, mergekit takes the last value.
    private static double share(int index, int count) {
        return count > 1 ? (double) index / (count - 1) : 1;
    }

    /// mergekit gives the head and the last norm the first value too, which its results show.
    private double outside(String name) {
        return compat == Compat.MERGEKIT || isInput(name) ? 0 : 1;
    }

    /// Whether a tensor outside the layers stands before them. Names, not a table: an embedding is called one
    /// everywhere but in GPT-2 (`wte`, `wpe`), and GPT-NeoX calls its head `embed_out`.
    private static boolean isInput(String name) {
        return (name.contains("emb") && !name.contains("embed_out")) || name.contains("wte") || name.contains("wpe");
    }
}
