package io.lota4j.internal.merge.run;

import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.SafetensorsLayout;
import io.lota4j.internal.checkpoint.Shards;
import io.lota4j.internal.checkpoint.TensorInfo;
import io.lota4j.internal.merge.recipe.TensorPlan;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// The weight files of a merge's result.
///
/// @param layouts by file name
record ResultShards(SequencedMap<String, SafetensorsLayout> layouts) {
    /// Where a tensor of the result goes.
    record Place(String file, TensorInfo info) {}

    /// What transformers asks a file for, and what it takes.
    private static final String FORMAT = "format";

    private static final Set<String> FORMATS = Set.of("pt", "tf", "flax", "mlx");
    private static final Map<String, String> METADATA = Map.of(FORMAT, "pt");

    /// The files of the model that the result follows, if it has the same tensors; otherwise as few as possible.
    static ResultShards of(List<TensorPlan> tensors, Checkpoint model) {
        Map<String, TensorPlan> byName = new TreeMap<>();
        tensors.forEach(tensor -> byName.put(tensor.name(), tensor));
        return byName.keySet().equals(model.tensors().keySet()) ? like(byName, model) : own(byName);
    }

    private static ResultShards like(Map<String, TensorPlan> tensors, Checkpoint model) {
        SequencedMap<String, SafetensorsLayout> layouts = new TreeMap<>();
        for (Path file : model.shardFiles()) {
            List<TensorPlan> here = model.tensors().values().stream()
                    .filter(info -> model.shardOf(info.name()).equals(file))
                    .sorted(Comparator.comparingLong(TensorInfo::offset))
                    .map(info -> tensors.get(info.name()))
                    .toList();
            layouts.put(String.valueOf(file.getFileName()), layout(withFormat(model.metadata(file)), here));
        }
        return new ResultShards(layouts);
    }

    /// The base's own, and a format that programs know.
    private static Map<String, String> withFormat(Map<String, String> metadata) {
        if (FORMATS.contains(metadata.getOrDefault(FORMAT, ""))) {
            return metadata;
        }
        Map<String, String> more = new LinkedHashMap<>(METADATA);
        metadata.forEach((key, value) -> more.putIfAbsent(key, value));
        return more;
    }

    private static ResultShards own(Map<String, TensorPlan> tensors) {
        List<List<TensorPlan>> groups = Shards.split(
                tensors.values(), tensor -> tensor.dtype().bytes(tensor.shape().numel()), Shards.MOST_BYTES);
        SequencedMap<String, SafetensorsLayout> layouts = new TreeMap<>();
        IntStream.range(0, groups.size())
                .forEach(i -> layouts.put(Shards.name(i + 1, groups.size()), layout(METADATA, groups.get(i))));
        return new ResultShards(layouts);
    }

    private static SafetensorsLayout layout(Map<String, String> metadata, List<TensorPlan> tensors) {
        return SafetensorsLayout.of(
                metadata,
                tensors.stream()
                        .map(t -> new SafetensorsLayout.Entry(t.name(), t.dtype(), t.shape()))
                        .toList());
    }

    /// Each tensor's place.
    Map<String, Place> places() {
        Map<String, Place> places = new LinkedHashMap<>();
        layouts.forEach((file, layout) ->
                layout.tensors().forEach(info -> places.put(info.name(), new Place(file, info))));
        return places;
    }

    /// Whether an index file names the shards.
    boolean indexed() {
        return layouts.size() > 1 || !layouts.containsKey(Checkpoint.SINGLE);
    }

    /// Which file holds which tensor, for the index.
    Map<String, String> shardOf() {
        return places().entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().file()));
    }

    long weightBytes() {
        return layouts.values().stream()
                .flatMap(layout -> layout.tensors().stream())
                .mapToLong(TensorInfo::bytes)
                .sum();
    }

    long fileBytes() {
        return layouts.values().stream().mapToLong(SafetensorsLayout::fileBytes).sum();
    }
}
