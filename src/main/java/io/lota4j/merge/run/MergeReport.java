package io.lota4j.merge.run;

import java.util.Collections;
import java.util.List;
import java.util.SequencedMap;
import java.util.TreeMap;

/// What each model brought to a merge and what became of it.
///
/// @param models as they were given, in their order
/// @param tensors by name
public record MergeReport(List<String> models, SequencedMap<String, Overlap> tensors) {
    public MergeReport {
        models = List.copyOf(models);
        tensors = Collections.unmodifiableSequencedMap(new TreeMap<>(tensors));
    }

    /// Of all tensors together.
    public Overlap total() {
        Overlap total = new Overlap(models.size());
        tensors.values().forEach(total::append);
        return total;
    }

    /// How many weights the merged one changes.
    public long changed() {
        return total().merged();
    }
}
