package io.lota4j.internal.model.arch;

import io.lota4j.internal.checkpoint.DecoderNames;
import io.lota4j.internal.model.layer.Blocks;
import java.util.List;

/// A kind of decoder: what it makes of a `config.json`.
public interface Architecture {
    /// As messages call it.
    String title();

    /// Each `model_type` of its configurations.
    List<String> types();

    /// The names that its checkpoints may give their tensors; those of a new one first.
    default List<DecoderNames> names() {
        return List.of(DecoderNames.USUAL);
    }

    /// The decoder that a configuration asks for.
    ///
    /// @throws io.lota4j.LotaException if a key is missing, of another type or out of its range, keys disagree, or
    ///     one asks for what is not computed here
    Blocks blocks(ConfigKeys keys);
}
