package io.lota4j.internal.train;

import io.lota4j.LotaException;
import io.lota4j.data.Dataset;
import io.lota4j.internal.Text;
import io.lota4j.internal.kernel.MaskedKernel;
import io.lota4j.internal.mask.Complement;
import io.lota4j.internal.mask.TensorValues;
import io.lota4j.internal.mask.TopK;
import io.lota4j.mask.Mask;
import io.lota4j.mask.Scope;
import io.lota4j.ticket.Ticket;
import io.lota4j.train.HeldOut;
import io.lota4j.train.MemoryEstimate;
import io.lota4j.train.RemoteShards;
import io.lota4j.train.RunState;
import io.lota4j.train.TrainConfig;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One training run of a model on data under a mask.
///
/// @param model whose working weights are trained in place
/// @param mask which of them
/// @param data tokenized examples
/// @param config everything else
/// @param kernel does the work on masked entries
/// @param start the weights that the model has before the run
/// @param heldOut rows that the run is scored on meanwhile, or null for none
/// @param mix rows that are taken beside those of the data, or null for none
/// @param changes sums up what the weights' movements change of the loss, or null for no sum
/// @param elsewhere computes the shards of every step, or null where this process does
public record Job(
        AdaptedModel model,
        Mask mask,
        Dataset data,
        TrainConfig config,
        MaskedKernel kernel,
        StartingWeights start,
        @Nullable HeldOut heldOut,
        @Nullable Mix mix,
        @Nullable LossChanges changes,
        @Nullable RemoteShards elsewhere)
        implements TrainingJob {
    /// Some JVMs have no longer ones.
    private static final int MOST_IN_AN_ARRAY = Integer.MAX_VALUE - 8;

    /// @throws LotaException if the mask is not for the model, or has no weight that is trained;
    ///     or if steps are summed up and the run would end with an earlier one
    public Job {
        model.require(mask);
        TrainingJob.requireFit(config, data, heldOut);
        if (mix != null) {
            mix.requireFit(config);
        }
        if (changes != null) {
            LossChanges.requireLast(heldOut);
        }
        if (config.local() != null) {
            requireApart(model, mask, changes);
        }
        if (mask.trainable() == 0) {
            throw new LotaException(Text.format(
                    "The mask has no trainable weight: all %,d of its pool are frozen, so there is nothing to train. "
                            + "Take a mask of a lower sparsity.",
                    mask.poolSize()));
        }
    }

    private static void requireApart(AdaptedModel model, Mask mask, @Nullable LossChanges sums) {
        if (sums != null) {
            throw new LotaException(Text.format(
                    "The score '%s' is summed up over steps that all shards take together, and this run's shards take"
                            + " theirs apart. Leave the inner steps out.",
                    LossChanges.NAME));
        }
        if (model.decoder().memory().state() != null) {
            throw new LotaException("Shards that take steps apart keep their optimizers' states in memory, not in the"
                    + " state's directory. Leave the inner steps or the directory out.");
        }
        requireFitsArray(mask, "can be kept for shards that take steps apart");
    }

    /// Refuses more trained weights than an array has places for.
    ///
    /// @param what is done with such an array
    static void requireFitsArray(Mask mask, String what) {
        if (mask.trainable() > MOST_IN_AN_ARRAY) {
            throw new LotaException(Text.format(
                    "The mask has %,d trained weights; at most %,d %s. Take a mask of a higher sparsity, or train on"
                            + " one machine in one shard.",
                    mask.trainable(), MOST_IN_AN_ARRAY, what));
        }
    }

    /// A run that is not scored meanwhile.
    public Job(
            AdaptedModel model,
            Mask mask,
            Dataset data,
            TrainConfig config,
            MaskedKernel kernel,
            StartingWeights start) {
        this(model, mask, data, config, kernel, start, null, null, null, null);
    }

    /// The same run, scored on held-out rows meanwhile.
    ///
    /// @param rows null for none
    public Job scoredOn(@Nullable HeldOut rows) {
        return new Job(model, mask, data, config, kernel, start, rows, mix, changes, elsewhere);
    }

    /// The same run with rows beside those of the data.
    ///
    /// @param rows null for none
    /// @throws LotaException if they cannot be mixed into such a run
    public Job mixed(@Nullable Mix rows) {
        return new Job(model, mask, data, config, kernel, start, heldOut, rows, changes, elsewhere);
    }

    /// The same run that sums up what the weights' movements change of the loss.
    ///
    /// @param sums of the job's mask, or null for no sum; to be closed by the caller
    /// @throws LotaException if the run would end with the weights of an earlier step
    public Job counting(@Nullable LossChanges sums) {
        return new Job(model, mask, data, config, kernel, start, heldOut, mix, sums, elsewhere);
    }

    /// The same run, the shards of whose steps are computed elsewhere.
    ///
    /// @param shards null for here
    /// @throws LotaException if they need more than the trained values
    public Job computing(@Nullable RemoteShards shards) {
        Job job = new Job(model, mask, data, config, kernel, start, heldOut, mix, changes, shards);
        if (shards != null) {
            ShardWorker.requireFit(job);
        }
        return job;
    }

    /// What whoever computes its shards must have too.
    Map<String, String> identityOfShards() {
        return new Job(model, mask, data, config, kernel, start).identity();
    }

    /// A run that starts from the base.
    public Job(AdaptedModel model, Mask mask, Dataset data, TrainConfig config, MaskedKernel kernel) {
        this(model, mask, data, config, kernel, new StartingWeights(model.base(), null));
    }

    @Override
    public Trainer trainer() {
        Trainer trainer = Trainer.of(model.decoder(), mask, config, data, kernel, mix);
        if (elsewhere != null) {
            elsewhere.begin(identityOfShards());
            trainer.computing(elsewhere);
        }
        return changes == null ? trainer : trainer.counting(changes);
    }

    @Override
    public Map<String, String> identity() {
        Map<String, String> identity = TrainingJob.super.identity();
        if (changes != null) {
            identity.put("score", LossChanges.NAME);
        }
        return identity;
    }

    @Override
    public Map.Entry<String, String> trained() {
        return Map.entry("mask", mask.sha256());
    }

    @Override
    public MemoryEstimate memory() {
        return MemoryEstimate.of(this);
    }

    /// The mask of the weights with the highest scores in a finished run, as its calibration:
    /// those that moved most, or, where it was summed up, those whose movements changed most of
    /// the loss. It has no weight that the run did not train.
    ///
    /// @param sparsity frozen share of the whole pool, in [0, 1]
    /// @throws io.lota4j.LotaException if fewer weights than are to be chosen have a score over 0
    public Mask calibrated(RunState end, double sparsity, Scope scope) {
        Map<String, String> origin = provenance("calibrate", end);
        origin.put("score", changes == null ? "delta" : LossChanges.NAME);
        origin.putAll(Complement.origin(mask));
        return TopK.select(changes == null ? deltas() : changes, sparsity, scope, mask, origin);
    }

    /// Working weights minus those of the start of the tensors in the mask.
    public TensorValues deltas() {
        return model.deltas(mask, start);
    }

    /// What a finished run, and what was on the base before it in the same weights, changes of the base.
    public Ticket ticket(RunState end) {
        Map<String, String> provenance = provenance("train", end);
        provenance.putAll(Complement.origin(mask));
        return model.ticket(mask, provenance);
    }
}
