package io.lota4j.experiment;

import io.lota4j.mask.Mask;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What the stages of a run have left so far.
///
/// @param ticket leads from the base to the model after the last stage; empty: no stage is done
/// @param masks what each stage trained; those that train a whole pool or an adapter included
/// @param tasks of the stages
record FinishedStages(Optional<Path> ticket, List<Mask> masks, List<String> tasks) {
    static final FinishedStages START = new FinishedStages(Optional.empty(), List.of(), List.of());

    FinishedStages {
        masks = List.copyOf(masks);
        tasks = List.copyOf(tasks);
    }

    FinishedStages then(Path next, Mask mask, String task) {
        return new FinishedStages(Optional.of(next), plus(masks, mask), plus(tasks, task));
    }

    private static <T> List<T> plus(List<T> list, T more) {
        List<T> longer = new ArrayList<>(list);
        longer.add(more);
        return longer;
    }
}
