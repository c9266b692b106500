package io.lota4j.export;

import io.lota4j.internal.checkpoint.Shards;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// What is chosen for an export. Each takes some of it: [Export#settings()].
///
/// @param type of the weights; empty: as the base has them
/// @param mostBytes of a weight file, over 0
/// @param scores JSON files that evaluations wrote, for the model's description
/// @param datasets names that a hub has for the data, for the model's description
/// @param baseName what a hub calls the base; empty: what its directory tells
/// @param peftType PEFT's word for the method of an adapter, `SHIRA` or `SUPERTUNING`; empty: the smaller one
public record ExportOptions(
        Optional<ExportType> type,
        long mostBytes,
        List<Path> scores,
        List<String> datasets,
        Optional<String> baseName,
        Optional<String> peftType) {
    /// What holds where nothing is said.
    public static final ExportOptions DEFAULTS = new ExportOptions(
            Optional.empty(), Shards.MOST_BYTES, List.of(), List.of(), Optional.empty(), Optional.empty());

    public ExportOptions {
        scores = List.copyOf(scores);
        datasets = List.copyOf(datasets);
    }

    /// The same with a type of the weights.
    public ExportOptions as(ExportType type) {
        return new ExportOptions(Optional.of(type), mostBytes, scores, datasets, baseName, peftType);
    }
}
