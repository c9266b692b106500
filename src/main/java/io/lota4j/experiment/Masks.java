package io.lota4j.experiment;

import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskStatistics;
import io.lota4j.mask.Overlap;
import io.lota4j.mask.Pool;
import io.lota4j.metrics.Figure;
import java.util.List;

/// What a grid asks of masks.
final class Masks {
    private Masks() {}

    /// The mask under which a whole pool is trained.
    static Mask all(GridContext context, Pool pool) {
        try (Checkpoint base = Checkpoint.open(context.experiment().base())) {
            return Mask.full(context.fingerprint(), pool.toString(), pool.select(base.tensors()));
        }
    }

    /// Every weight that a stage or one before it may have changed.
    static Mask union(Mask mask, List<Mask> earlier) {
        Mask union = mask;
        for (Mask other : earlier) {
            union = union.or(other);
        }
        return union;
    }

    /// Where a stage's weights lie, and how many of them earlier stages trained too.
    static void figures(Mask mask, FinishedStages before, FigureCollector collected) {
        if (mask.trainable() == mask.poolSize()) {
            return;
        }
        MaskStatistics.of(mask)
                .tensors()
                .forEach((name, share) ->
                        collected.in(Figure.MASK_SHARE, part(name), share.density(), share.poolSize()));
        for (int stage = 0; stage < before.tasks().size(); stage++) {
            Overlap overlap = mask.overlap(before.masks().get(stage));
            String other = before.tasks().get(stage);
            collected.beside(Figure.OVERLAP, other, null, overlap.iou(), overlap.union());
            overlap.tensors()
                    .forEach((name, counts) ->
                            collected.beside(Figure.OVERLAP, other, part(name), counts.iou(), counts.union()));
        }
    }

    /// A tensor's name as a part of the model, such as `layers.3.mlp.up_proj`.
    static String part(String tensor) {
        return tensor.replaceFirst("^model\\.", "").replaceFirst("\\.weight$", "");
    }
}
