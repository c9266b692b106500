package io.lota4j.cli;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.ModelFiles;
import io.lota4j.internal.merge.recipe.MergePlan;
import io.lota4j.internal.merge.recipe.PlanSources;
import io.lota4j.internal.merge.recipe.TensorPlan;
import io.lota4j.internal.merge.run.MergeMemory;
import io.lota4j.internal.merge.run.ModelMerge;
import io.lota4j.internal.merge.run.Rounding;
import io.lota4j.internal.merge.run.UnfinishedMerge;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Merges models by a recipe, in front of a user.
///
/// @param recipe the file
/// @param dtype of all weights, whatever the recipe says
/// @param out the directory to write
record RecipeMerge(Path recipe, Optional<DType> dtype, Path out) {
    private static final long MEGABYTE = 1_000_000;
    private static final int THREADS = Runtime.getRuntime().availableProcessors();

    DryRun plan() {
        try (PlanSources models = new PlanSources()) {
            MergePlan merge = MergePlan.of(recipe, dtype, models);
            ModelMerge.requireApart(merge, models, out);
            DryRun plan = new DryRun();
            merge.lines().forEach(line -> plan.raw(Sentence.of("%s", Figure.of(Key.DETAIL, line))));
            if (merge.tensors().stream().anyMatch(RecipeMerge::rounds)) {
                plan.line("rounding", "is told after the merge: a dry run computes no weights");
            }
            return plan.memory(MergeMemory.bytes(merge, THREADS)).disk(out, merge.bytes());
        }
    }

    /// Whether changes may be too small for the type that a tensor is stored in.
    private static boolean rounds(TensorPlan tensor) {
        return tensor instanceof TensorPlan.Merge && (tensor.dtype() == DType.BF16 || tensor.dtype() == DType.F16);
    }

    /// @param restart whether what a merge that was stopped has left is discarded
    int run(boolean restart, Result result, Messages messages) {
        try (PlanSources models = new PlanSources();
                StopSignal stop = StopSignal.hold(System.err)) {
            MergePlan merge = MergePlan.of(recipe, dtype, models);
            merge.warnings().forEach(warning -> messages.warn(warning));
            if (restart) {
                ModelMerge.discard(out);
            }
            // What an unfinished merge has taken already would be asked for twice.
            if (!Files.exists(ModelMerge.unfinished(out))) {
                DryRun.requireRoom(out, merge.bytes());
            }
            Optional<Rounding> rounding = merged(merge, models, messages, stop);
            if (rounding.isEmpty()) {
                messages.tell(Text.format(
                        "lota: stopped. Progress is saved in %s; run the same command to resume.",
                        ModelMerge.unfinished(out)));
                return ExitCode.INTERRUPTED;
            }
            result.say(
                    "%s: %s tensors, %s, by %s",
                    Figure.of(Key.PATH, out),
                    Figure.of(Key.TENSOR_COUNT, merge.tensors().size()),
                    Figure.bytes(Key.BYTES, merge.weightBytes()),
                    Figure.of(Key.METHOD, merge.method().name()));
            ResultLines.rounding(rounding.get()).ifPresent(lost -> result.say(Key.ROUNDING, lost));
            ResultLines.inexact(rounding.get().inexact()).ifPresent(result::say);
            ResultLines.leftOut(leftOut(merge)).ifPresent(result::say);
            return ExitCode.OK;
        }
    }

    private static List<String> leftOut(MergePlan merge) {
        try (Checkpoint reference = Checkpoint.open(merge.reference())) {
            return ModelFiles.beside(reference).leftNames();
        }
    }

    private Optional<Rounding> merged(MergePlan merge, PlanSources models, Messages messages, StopSignal stop) {
        try (ProgressBar bar = messages.bar("merge, MB")) {
            return ModelMerge.run(
                    merge,
                    models,
                    out,
                    THREADS,
                    (tensor, done, total) -> bar.update(done / MEGABYTE, total / MEGABYTE),
                    stop);
        } catch (UnfinishedMerge e) {
            throw new LotaException(e.getMessage() + " To discard it, give --restart.", e);
        }
    }
}
