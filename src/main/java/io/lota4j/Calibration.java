package io.lota4j;

import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.mask.Complement;
import io.lota4j.internal.mask.DeltaFile;
import io.lota4j.internal.mask.EnoughWeights;
import io.lota4j.internal.train.Job;
import io.lota4j.mask.Avoided;
import io.lota4j.mask.Mask;
import io.lota4j.mask.Pool;
import io.lota4j.mask.Scope;
import io.lota4j.mask.Sparsity;
import io.lota4j.train.RunState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How a mask's weights are chosen, whatever they are scored by.
///
/// @param sparsity frozen share of the pool, in [0, 1]
/// @param scope where the largest scores are chosen
/// @param pool the tensors to choose from
/// @param avoided masks whose weights are left alone
/// @param deltaOut where a calibration by training also writes its dense delta, F32 safetensors, or null
public record Calibration(
        double sparsity,
        Scope scope,
        Pool pool,
        List<Avoided> avoided,
        @Nullable Path deltaOut) {

    /// @throws LotaException if the sparsity is not within [0, 1]
    public Calibration {
        Sparsity.check(sparsity, "The sparsity");
        avoided = List.copyOf(avoided);
    }

    /// Chooses from all attention and MLP matrices together.
    ///
    /// @param sparsity frozen share of the pool, in [0, 1]: 0.9 leaves a tenth trainable
    public static Calibration of(double sparsity) {
        return new Calibration(sparsity, Scope.GLOBAL, Pool.standard(), List.of(), null);
    }

    /// The same with another frozen share of the pool, in [0, 1].
    public Calibration sparsity(double other) {
        return new Calibration(other, scope, pool, avoided, deltaOut);
    }

    /// The same for a choice in each tensor or row apart.
    public Calibration scope(Scope other) {
        return new Calibration(sparsity, other, pool, avoided, deltaOut);
    }

    /// The same for other tensors.
    public Calibration pool(Pool other) {
        return new Calibration(sparsity, scope, other, avoided, deltaOut);
    }

    /// The same without one more mask's weights, so that both have none in common (LoTTO). The sparsity stays
    /// a share of the whole pool.
    ///
    /// @param name of the mask, for messages and the new mask's provenance
    public Calibration avoid(String name, Mask mask) {
        List<Avoided> more = new ArrayList<>(avoided);
        more.add(new Avoided(name, mask));
        return new Calibration(sparsity, scope, pool, more, deltaOut);
    }

    /// The same that also writes the dense delta, when it trains.
    public Calibration deltaOut(Path file) {
        return new Calibration(sparsity, scope, pool, avoided, file);
    }

    /// The weights to choose from, enough of them.
    Mask among(Checkpoint base) {
        Mask among = Complement.of(Mask.full(base, pool), avoided);
        EnoughWeights.require(among, sparsity, scope);
        return among;
    }

    /// The mask of a finished run.
    Mask mask(Job job, RunState end) {
        Mask mask = job.calibrated(end, sparsity, scope);
        if (deltaOut != null) {
            DeltaFile.write(deltaOut, job.deltas(), mask.info().origin());
        }
        return mask;
    }
}
