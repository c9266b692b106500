package io.lota4j.experiment;

import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.TensorInfo;
import io.lota4j.internal.experiment.GridRun;
import io.lota4j.internal.experiment.Method;
import io.lota4j.internal.experiment.Method.Full;
import io.lota4j.internal.experiment.Method.Sparse;
import io.lota4j.mask.Pool;
import io.lota4j.mask.Sparsity;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/// The room on the disk that a grid's masks and tickets take: a little more than they will, for an index is counted
/// as large as it can be. Adapters and the states of stopped runs, of which there is one at a time, are left out.
final class Footprint {
    private final GridContext context;
    private final Checkpoint base;
    private final long weights;
    private final double elementBytes;

    private Footprint(GridContext context, Checkpoint base) {
        this.context = context;
        this.base = base;
        Collection<TensorInfo> pool = tensors(context.experiment().pool());
        weights = weights(pool);
        elementBytes = (double) pool.stream().mapToLong(TensorInfo::bytes).sum() / Math.max(1, weights);
    }

    /// What is not there yet, in bytes.
    static long left(GridContext context, MaskChoice choice, List<GridRun> runs, List<GridMerge> merges) {
        try (Checkpoint base = Checkpoint.open(context.experiment().base())) {
            return new Footprint(context, base).left(choice, runs, merges);
        }
    }

    private long left(MaskChoice choice, List<GridRun> runs, List<GridMerge> merges) {
        Set<Object> seen = new HashSet<>();
        long bytes = 0;
        for (GridRun run : runs) {
            for (int stage = 0; stage < run.order().size(); stage++) {
                Folder folder = StageWork.folder(context, run, stage);
                for (Folder made :
                        List.of(StageWork.kept(context, run, stage), StageWork.result(context, run, stage))) {
                    if (!made.equals(folder) && seen.add(made) && !made.isDone()) {
                        bytes += ticket(changed(run, stage));
                    }
                }
                if (!seen.add(folder) || folder.isDone()) {
                    continue;
                }
                bytes += ticket(changed(run, stage));
                if (run.variant(stage).method() instanceof Sparse sparse
                        && seen.add(choice.folder(run, stage, sparse).mask(sparse.sparsity()))) {
                    bytes += index(changed(sparse));
                }
            }
        }
        for (GridMerge merge : merges) {
            if (!new MergeWork(context, merge).folder().isDone()) {
                bytes += ticket(merge.inputs().stream()
                        .mapToLong(input -> changed(input.variant().method()))
                        .sum());
            }
        }
        return bytes;
    }

    /// How many weights differ from the base's after a stage, at most.
    private long changed(GridRun run, int stage) {
        return IntStream.rangeClosed(0, stage)
                .mapToLong(earlier -> changed(run.variant(earlier).method()))
                .sum();
    }

    /// How many weights one stage changes, at most.
    private long changed(Method method) {
        return switch (method) {
            case Sparse sparse -> Sparsity.trainable(weights, sparse.sparsity());
            case Full full -> weights(tensors(full.pool()));
            case Method.Lora lora -> weights;
        };
    }

    /// A delta, the base's element, and an index.
    private long ticket(long changed) {
        long most = Math.min(weights, changed);
        return Math.round(most * (Float.BYTES + elementBytes)) + index(most);
    }

    /// A bit for each weight, or two bytes for each that is in the set.
    private long index(long members) {
        return Math.min(Math.ceilDiv(weights, Byte.SIZE), members * Short.BYTES);
    }

    private Collection<TensorInfo> tensors(Pool pool) {
        return pool.select(base.tensors()).keySet().stream().map(base::info).toList();
    }

    private static long weights(Collection<TensorInfo> tensors) {
        return tensors.stream().mapToLong(tensor -> tensor.shape().numel()).sum();
    }
}
