package io.lota4j.export;

import io.lota4j.ticket.Effect;
import java.util.List;
import java.util.Optional;

/// What an export wrote.
///
/// @param lines what it is, and what is to be known of it, a sentence each
/// @param effect on the weights, where they were written whole
/// @param leftOut names of files and folders of the base that are not in the result
public record Exported(List<String> lines, Optional<Effect> effect, List<String> leftOut) {
    public Exported {
        lines = List.copyOf(lines);
        leftOut = List.copyOf(leftOut);
    }

    Exported(List<String> lines) {
        this(lines, Optional.empty(), List.of());
    }
}
