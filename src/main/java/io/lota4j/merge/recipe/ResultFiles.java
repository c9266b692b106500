package io.lota4j.merge.recipe;

import java.nio.file.Path;
import java.util.Collections;
import java.util.SequencedMap;
import java.util.TreeMap;

/// The files of the result beside its weights.
///
/// @param copied by name in the result, where they are copied from
/// @param written by name in the result, their text
public record ResultFiles(SequencedMap<String, Path> copied, SequencedMap<String, String> written) {
    public ResultFiles {
        copied = Collections.unmodifiableSequencedMap(new TreeMap<>(copied));
        written = Collections.unmodifiableSequencedMap(new TreeMap<>(written));
    }
}
