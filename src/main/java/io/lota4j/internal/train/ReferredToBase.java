package io.lota4j.internal.train;

import io.lota4j.data.Dataset;
import io.lota4j.internal.kernel.MaskedKernel;
import io.lota4j.train.HeldOut;
import io.lota4j.train.MemoryEstimate;
import io.lota4j.train.TrainConfig;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A run whose objective compares with the base and not with the run's start.
///
/// @param job the run
/// @param base opens the base, which is closed again when the comparison's numbers are there
public record ReferredToBase(TrainingJob job, Supplier<AdaptedModel> base) implements TrainingJob {
    @Override
    public AdaptedModel model() {
        return job.model();
    }

    @Override
    public StartingWeights start() {
        return job.start();
    }

    @Override
    public Map.Entry<String, String> trained() {
        return job.trained();
    }

    @Override
    public TrainConfig config() {
        return job.config();
    }

    @Override
    public Dataset data() {
        return job.data();
    }

    @Override
    public @Nullable HeldOut heldOut() {
        return job.heldOut();
    }

    @Override
    public @Nullable Mix mix() {
        return job.mix();
    }

    @Override
    public MaskedKernel kernel() {
        return job.kernel();
    }

    @Override
    public Trainer trainer() {
        return job.trainer().referringTo(base);
    }

    @Override
    public Map<String, String> identity() {
        Map<String, String> identity = job.identity();
        identity.put("reference", "base");
        return identity;
    }

    @Override
    public MemoryEstimate memory() {
        return job.memory();
    }
}
