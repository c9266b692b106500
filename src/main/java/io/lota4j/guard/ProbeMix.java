package io.lota4j.guard;

import io.lota4j.data.Dataset;
import io.lota4j.data.Example;
import java.util.List;

/// Rows of a probe, in a base's tokens, that a run mixes into its own.
///
/// @param rows with loss on their declining answers
/// @param complying the same with their complying answers, where rows begin with these; else
///     empty
/// @param how they are mixed in
public record ProbeMix(Dataset rows, List<Example> complying, MixOptions how) {
    /// Copies the list.
    public ProbeMix {
        complying = List.copyOf(complying);
    }
}
