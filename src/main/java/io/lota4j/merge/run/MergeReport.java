package io.lota4j.merge.run;

import java.util.Collections;
import java.util.List;
import java.util.SequencedMap;
import java.util.TreeMap;

/// What each model brought to a merge and what became of it.
///
/// @param models as they were given, in their order
/// @param tensors by name
/// @param inexact by tensor, how many weights got a ticket's delta, which the ticket itself keeps exactly, because
///     another changes them too or the method scales the change; tensors without any are left out
public record MergeReport(
        List<String> models, SequencedMap<String, Overlap> tensors, SequencedMap<String, Long> inexact) {
    public MergeReport {
        models = List.copyOf(models);
        tensors = Collections.unmodifiableSequencedMap(new TreeMap<>(tensors));
        inexact = Collections.unmodifiableSequencedMap(new TreeMap<>(inexact));
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
