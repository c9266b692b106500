package io.lota4j.internal.merge.run;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.Uninterrupted;
import io.lota4j.internal.checkpoint.WriteFailure;
import io.lota4j.internal.merge.Merger;
import io.lota4j.internal.merge.ModelOutline;
import io.lota4j.internal.merge.TensorPieces;
import io.lota4j.internal.merge.Workers;
import io.lota4j.internal.merge.recipe.MergePlan;
import io.lota4j.internal.merge.recipe.PlanSources;
import io.lota4j.internal.merge.recipe.TensorPlan;
import io.lota4j.internal.merge.source.MergeSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;

/// Carries out a planned merge: tensor by tensor, few pieces of each in memory at a time.
public final class ModelMerge {
    /// Elements of the blocks in which tensors are copied.
    private static final int COPIED = 1 << 16;

    private final MergePlan plan;
    private final PlanSources models;
    private final Workers workers;

    /// Is told what is done.
    @FunctionalInterface
    public interface Listener {
        /// @param tensor that has just been written, or was found written
        /// @param done bytes of weights so far
        /// @param total bytes of all weights
        void written(String tensor, long done, long total);
    }

    private ModelMerge(MergePlan plan, PlanSources models, Workers workers) {
        this.plan = plan;
        this.workers = workers;
        this.models = models;
    }

    /// Merges, or goes on with a merge that was not finished.
    ///
    /// @param plan made with `models` as its opener
    /// @param models open
    /// @param out a directory that does not exist or is empty
    /// @param threads which compute; the result does not depend on how many
    /// An interrupt of the calling thread ends the merge after its tensor, as `stop` may, and the flag stays set.
    ///
    /// @param listener called by another thread than the caller's, before this returns
    /// @param stop the same, asked between tensors; what is finished then stays for the next run
    /// @return what rounding left of the changes; empty when the merge was stopped
    /// @throws LotaException when a ticket is for another base, when a weight is to become a number to which no
    ///     finite delta leads and is not handed through, or when `out` cannot be written
    public static Optional<Rounding> run(
            MergePlan plan, PlanSources models, Path out, int threads, Listener listener, BooleanSupplier stop) {
        requireApart(plan, models, out);
        requireBases(plan, models);
        try {
            return Uninterrupted.callStoppable(interrupted -> uninterrupted(
                    plan, models, out, threads, listener, () -> stop.getAsBoolean() || interrupted.getAsBoolean()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<Rounding> uninterrupted(
            MergePlan plan, PlanSources models, Path out, int threads, Listener listener, BooleanSupplier stop) {
        try (Workers workers = new Workers(threads);
                Checkpoint reference = Checkpoint.open(plan.reference())) {
            ResultShards shards = ResultShards.of(plan.tensors(), reference);
            return new ModelMerge(plan, models, workers).run(shards, out, listener, stop);
        }
    }

    /// Refuses a result that would be written over the recipe or in a model of the merge.
    ///
    /// @throws LotaException naming both
    public static void requireApart(MergePlan plan, PlanSources models, Path out) {
        models.claims()
                .reads("the merge", plan.recipe())
                .reads("the merge", plan.reference())
                .fills("the merged model", out)
                .check();
    }

    /// Where a merge that was stopped keeps what it has finished.
    public static Path unfinished(Path out) {
        return PartialResult.directory(out);
    }

    /// Removes what a merge that was stopped has finished, so that one may begin anew.
    ///
    /// @throws LotaException when another process is merging there, or when it cannot be removed
    public static void discard(Path out) {
        try {
            PartialResult.discard(out);
        } catch (IOException e) {
            throw new LotaException(
                    Text.format("%s: cannot be removed: %s", PartialResult.directory(out), e.getMessage()), e);
        }
    }

    /// A ticket is for one base. Only now is that base read to tell, once.
    private static void requireBases(MergePlan plan, PlanSources models) {
        Map<Path, String> fingerprints = new HashMap<>();
        for (MergeSource model : models.opened()) {
            model.baseFingerprint().ifPresent(expected -> {
                Path directory = baseOf(model, plan);
                String found = fingerprints.computeIfAbsent(directory, ModelMerge::fingerprint);
                requireBase(model, expected, directory, found);
            });
        }
    }

    private static Path baseOf(MergeSource model, MergePlan plan) {
        ModelOutline base = model.isWhole() ? model : plan.models().getFirst();
        return base.directory().orElseThrow();
    }

    private static String fingerprint(Path directory) {
        try (Checkpoint base = Checkpoint.open(directory)) {
            return base.fingerprint().hex();
        }
    }

    private static void requireBase(MergeSource model, String expected, Path directory, String found) {
        if (!found.equals(expected)) {
            throw new LotaException(Text.format(
                    "%s is for the base with fingerprint %s, but %s has %s.",
                    model.label(), expected, directory, found));
        }
    }

    private Optional<Rounding> run(ResultShards shards, Path out, Listener listener, BooleanSupplier stop) {
        Path directory = PartialResult.directory(out);
        try (PartialResult result = PartialResult.open(out, shards, MergeIdentity.of(plan, models.files()))) {
            Optional<Rounding> rounding = write(result, listener, stop);
            if (rounding.isPresent()) {
                result.complete(plan.files());
            }
            return rounding;
        } catch (IOException e) {
            throw failure(directory, shards, e);
        } catch (UncheckedIOException e) {
            throw failure(directory, shards, Objects.requireNonNull(e.getCause()));
        } catch (TensorOutput.Overflow | ExactEntries.Refused e) {
            // No run of this merge could finish it: what is there would only be in the way of a better one.
            discard(out);
            throw e;
        }
    }

    private static LotaException failure(Path directory, ResultShards shards, IOException e) {
        return WriteFailure.of(
                directory,
                OptionalLong.of(shards.fileBytes()),
                "Finished tensors are kept there; the same command goes on from them.",
                e);
    }

    private Optional<Rounding> write(PartialResult result, Listener listener, BooleanSupplier stop) throws IOException {
        Merger merger = plan.method().merger(plan.compat());
        merger.survey(() -> plan.tensors().stream()
                .filter(TensorPlan.Merge.class::isInstance)
                .map(tensor -> pieces((TensorPlan.Merge) tensor)));
        long done = 0;
        Rounding rounding = Rounding.NONE;
        for (TensorPlan tensor : plan.tensors()) {
            if (stop.getAsBoolean()) {
                return Optional.empty();
            }
            Optional<Journal.Entry> found = result.found(tensor.name());
            Journal.Entry entry = found.isPresent() ? found.get() : write(tensor, merger, result);
            if (found.isEmpty()) {
                result.finished(entry);
            }
            rounding = rounding.plus(entry.rounding());
            done += result.info(tensor.name()).bytes();
            listener.written(tensor.name(), done, plan.weightBytes());
        }
        return Optional.of(rounding);
    }

    private TensorPieces pieces(TensorPlan.Merge merge) {
        return new TensorPieces(models.task(plan, merge), plan.method(), workers);
    }

    private Journal.Entry write(TensorPlan tensor, Merger merger, PartialResult result) {
        return switch (tensor) {
            case TensorPlan.Copy copy -> copy(copy, output(copy, result, COPIED));
            case TensorPlan.Merge merge -> {
                TensorPieces pieces = pieces(merge);
                yield output(merge, result, pieces.span()).merge(pieces, merger.prepare(pieces));
            }
        };
    }

    private static TensorOutput output(TensorPlan tensor, PartialResult result, int span) {
        return new TensorOutput(result.file(tensor.name()), result.info(tensor.name()), span);
    }

    private Journal.Entry copy(TensorPlan.Copy copy, TensorOutput output) {
        Optional<MemorySegment> stored = models.stored(copy.from(), copy.dtype());
        return stored.isPresent()
                ? output.copy(stored.get(), workers)
                : output.convert(models.weights(copy.from()), workers);
    }
}
