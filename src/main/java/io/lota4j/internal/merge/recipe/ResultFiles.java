package io.lota4j.internal.merge.recipe;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;

/// The files of the result beside its weights.
///
/// @param copied by name in the result, where they are copied from
/// @param written by name in the result, their text
/// @param head what `config.json` says instead where the head that is written is not the embedding
public record ResultFiles(
        SequencedMap<String, Path> copied, SequencedMap<String, String> written, Optional<OwnHead> head) {
    /// A configuration for a head of its own.
    ///
    /// @param tensors names of the embedding and the head
    /// @param config text of `config.json`
    public record OwnHead(List<String> tensors, String config) {}

    public ResultFiles {
        copied = Collections.unmodifiableSequencedMap(new TreeMap<>(copied));
        written = Collections.unmodifiableSequencedMap(new TreeMap<>(written));
    }
}
