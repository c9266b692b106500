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
record Trail(Optional<Path> ticket, List<Mask> masks, List<String> tasks) {
    static final Trail START = new Trail(Optional.empty(), List.of(), List.of());

    Trail {
        masks = List.copyOf(masks);
        tasks = List.copyOf(tasks);
    }

    Trail then(Path next, Mask mask, String task) {
        return new Trail(Optional.of(next), plus(masks, mask), plus(tasks, task));
    }

    private static <T> List<T> plus(List<T> list, T more) {
        List<T> longer = new ArrayList<>(list);
        longer.add(more);
        return longer;
    }
}
