package io.lota4j.internal.merge.recipe;

import io.lota4j.checkpoint.DType;
import io.lota4j.internal.merge.MergeMethod;
import io.lota4j.internal.merge.ModelOpener;
import io.lota4j.internal.merge.ModelOutline;
import io.lota4j.merge.Compat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Everything that a merge will do, known from headers alone.
///
/// @param recipe the file it was made from
/// @param method what the tensors are merged by
/// @param compat whose reading of the method
/// @param seed of random methods
/// @param models as the opener opened them, the base first if the recipe has one
/// @param reference the model directory whose weight files the result's follow
/// @param tensors of the result, in the order of its names
/// @param files of the result beside its weights
/// @param warnings what may not be what the recipe means, one or more sentences each
public record MergePlan(
        Path recipe,
        MergeMethod method,
        Compat compat,
        long seed,
        List<ModelOutline> models,
        Path reference,
        List<TensorPlan> tensors,
        ResultFiles files,
        List<String> warnings) {
    public MergePlan {
        models = List.copyOf(models);
        tensors = List.copyOf(tensors);
        warnings = List.copyOf(warnings);
    }

    /// Reads a recipe and looks into the headers of its models.
    ///
    /// @param recipe mergekit's YAML
    /// @param opener opens each model once; what it opened stays open, also when this fails
    /// @throws io.lota4j.LotaException with everything that is wrong, one problem a line
    public static MergePlan of(Path recipe, ModelOpener opener) {
        return of(recipe, Optional.empty(), opener);
    }

    /// As [#of(Path, ModelOpener)], with a type for all weights of the result.
    ///
    /// @param dtype F32, BF16 or F16, whatever the recipe says; empty for what it says
    public static MergePlan of(Path recipe, Optional<DType> dtype, ModelOpener opener) {
        return new MergePlanner(recipe, dtype, opener).plan();
    }

    /// Bytes of all weights of the result, without headers.
    public long weightBytes() {
        return tensors.stream()
                .mapToLong(tensor -> tensor.dtype().bytes(tensor.shape().numel()))
                .sum();
    }

    /// Bytes that the result takes on the disk, but for headers.
    public long bytes() {
        long written = files.written().values().stream()
                .mapToLong(text -> text.getBytes(StandardCharsets.UTF_8).length)
                .sum();
        return weightBytes()
                + written
                + files.copied().values().stream().mapToLong(MergePlan::size).sum();
    }

    /// Elements of the largest tensor that is computed; 0 if all are copied.
    public long largest() {
        return tensors.stream()
                .filter(TensorPlan.Merge.class::isInstance)
                .mapToLong(tensor -> tensor.shape().numel())
                .max()
                .orElse(0);
    }

    /// What will be done, a line for each thing, for `--dry-run`.
    public List<String> lines() {
        return PlanText.lines(this);
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
