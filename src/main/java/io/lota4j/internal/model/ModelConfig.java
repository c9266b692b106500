package io.lota4j.internal.model;

import io.lota4j.LotaException;
import io.lota4j.internal.FileKind;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.DecoderNames;
import io.lota4j.internal.checkpoint.JsonKeys;
import io.lota4j.internal.checkpoint.StrictJson;
import io.lota4j.internal.model.arch.Architecture;
import io.lota4j.internal.model.arch.Architectures;
import io.lota4j.internal.model.arch.ConfigKeys;
import io.lota4j.internal.model.layer.Blocks;
import java.nio.file.Path;

/// The shape of a decoder, as `config.json` gives it.
///
/// @param architecture as messages call it
/// @param blocks what it computes
public record ModelConfig(String architecture, Blocks blocks) {
    /// Width of the residual stream.
    public int hiddenSize() {
        return blocks.hidden();
    }

    /// Number of decoder layers.
    public int layers() {
        return blocks.layers().size();
    }

    /// Rows of the embedding.
    public int vocabSize() {
        return blocks.vocabulary();
    }

    /// The longest sequence the model was made for, in tokens.
    public int maxPositions() {
        return blocks.positions();
    }

    /// Reads a model directory's `config.json`, and how its tensors are named where that is open.
    ///
    /// @throws LotaException as [#read], and as [Checkpoint#open] where names are open
    public static ModelConfig of(Path directory) {
        JsonKeys keys = keys(directory.resolve(Checkpoint.CONFIG));
        Architecture architecture = Architectures.of(keys);
        if (architecture.names().size() == 1) {
            return of(architecture, keys, architecture.names().getFirst());
        }
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            return of(architecture, keys, names(architecture, checkpoint));
        }
    }

    private static DecoderNames names(Architecture architecture, Checkpoint checkpoint) {
        return DecoderNames.of(checkpoint.tensors().keySet(), architecture.names())
                .orElse(architecture.names().getFirst());
    }

    private static ModelConfig of(Architecture architecture, JsonKeys keys, DecoderNames names) {
        return new ModelConfig(architecture.title(), architecture.blocks(new ConfigKeys(keys, names)));
    }

    /// Reads `config.json`; tensors are named as those of a new model.
    ///
    /// @throws LotaException if the file is not JSON, a key is missing, of another type or out of its range, keys
    ///     disagree, or the architecture is not supported
    public static ModelConfig read(Path file) {
        JsonKeys keys = keys(file);
        Architecture architecture = Architectures.of(keys);
        return of(architecture, keys, architecture.names().getFirst());
    }

    /// The keys of a `config.json`.
    ///
    /// @throws LotaException if the file is not JSON, or has a key twice
    static JsonKeys keys(Path file) {
        return new JsonKeys(file, "", StrictJson.pythons(FileKind.bytes(file, "JSON"), file.toString()));
    }
}
