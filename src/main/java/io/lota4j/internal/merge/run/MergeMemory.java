package io.lota4j.internal.merge.run;

import io.lota4j.internal.merge.TensorPieces;
import io.lota4j.internal.merge.recipe.MergePlan;
import io.lota4j.internal.merge.recipe.TensorPlan;

/// What a merge needs beside the mapped files, whatever the size of the models.
public final class MergeMemory {
    /// The JVM with what it loads: a merge of next to nothing.
    private static final long PROCESS = 120_000_000;

    /// Histograms of 2^16 counts for each model, and what DELLA remembers, at most.
    private static final long STATISTICS = 1 << 19;

    /// Arrays of a piece beside two for each model: base, offsets, merged values, intermediate ones, and the bytes
    /// that are written.
    private static final int ARRAYS = 10;

    private MergeMemory() {}

    /// About how many bytes, from headers alone.
    ///
    /// @param threads that compute
    public static long bytes(MergePlan plan, int threads) {
        long most = plan.tensors().stream()
                .filter(TensorPlan.Merge.class::isInstance)
                .mapToLong(tensor -> piece(plan, (TensorPlan.Merge) tensor))
                .max()
                .orElse(0);
        return PROCESS + threads * most;
    }

    private static long piece(MergePlan plan, TensorPlan.Merge tensor) {
        long models = tensor.models().size();
        long span = TensorPieces.span(tensor.shape(), plan.method());
        return Float.BYTES * span * (2 * models + ARRAYS) + models * STATISTICS;
    }
}
