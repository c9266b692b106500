package io.lota4j.internal.train;

import io.lota4j.LotaException;
import io.lota4j.data.Dataset;
import io.lota4j.internal.Text;
import io.lota4j.internal.kernel.MaskedKernel;
import io.lota4j.memory.Device;
import io.lota4j.train.HeldOut;
import io.lota4j.train.Listener;
import io.lota4j.train.LocalSgd;
import io.lota4j.train.MemoryEstimate;
import io.lota4j.train.RunState;
import io.lota4j.train.TrainConfig;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// One training run of a model on data, whatever it trains.
public interface TrainingJob {
    /// The base and its working weights.
    AdaptedModel model();

    /// The weights that the model has before the run.
    StartingWeights start();

    /// What is trained: a word for it, and what tells it from every other.
    Map.Entry<String, String> trained();

    TrainConfig config();

    /// What is trained on.
    Dataset data();

    /// The rows that the run is scored on meanwhile, or null for none.
    @Nullable
    HeldOut heldOut();

    /// Rows that are taken beside those of the data, or null for none.
    @Nullable
    Mix mix();

    /// Whether a run that reached this is done, and not only stopped.
    default boolean finished(RunState reached) {
        return HeldOut.finished(heldOut(), reached, config().steps());
    }

    /// What does the work on the trained entries.
    MaskedKernel kernel();

    /// Refuses rows that the objective does not fit, or that cannot be scored when they would be due.
    ///
    /// @param heldOut null for none
    static void requireFit(TrainConfig config, Dataset data, @Nullable HeldOut heldOut) {
        config.requireFits(data);
        LocalSgd local = config.local();
        if (heldOut != null && local != null && heldOut.every() % local.innerSteps() != 0) {
            throw new LotaException(Text.format(
                    "The held-out rows are scored every %d steps, but the shards' values are brought together every %d:"
                            + " score them after a multiple of that.",
                    heldOut.every(), local.innerSteps()));
        }
        if (heldOut != null) {
            config.requireFits(heldOut.data());
        }
    }

    /// A trainer at the first step, to be closed by the caller.
    Trainer trainer();

    /// What makes two runs the same: a state is only resumed by the run that wrote it.
    default Map<String, String> identity() {
        Map<String, String> identity = new LinkedHashMap<>();
        identity.put("base", model().base().fingerprint().hex());
        identity.put(trained().getKey(), trained().getValue());
        identity.put("data", Provenance.digest(data()));
        identity.put("settings", config().text());
        config().addOrderTo(identity, data());
        start().addTo(identity);
        HeldOut rows = heldOut();
        if (rows != null) {
            rows.addTo(identity);
        }
        Mix mix = mix();
        if (mix != null) {
            mix.addTo(identity);
        }
        return identity;
    }

    /// How a run went, for what is made from it.
    ///
    /// @param source what makes it
    /// @return a map to go on with
    default Map<String, String> provenance(String source, RunState state) {
        Map<String, String> provenance = Provenance.of(source, data(), config(), kernel(), state);
        Device device = model().decoder().device();
        if (!device.isHost()) {
            provenance.put("device", device.toString());
        }
        HeldOut rows = heldOut();
        if (rows != null) {
            rows.addTo(provenance, state);
        }
        Mix mix = mix();
        if (mix != null) {
            mix.addToProvenance(provenance);
        }
        return provenance;
    }

    /// What the run will need at its peak.
    MemoryEstimate memory();

    /// Trains to the last step or until stopped.
    ///
    /// @param state where the run's state goes, or null to keep none
    /// @param every steps between two states; 0: only when stopped
    /// @param resume whether to go on from the state that is there
    default RunState run(@Nullable Path state, long every, boolean resume, Listener listener, BooleanSupplier stop) {
        try (Trainer trainer = trainer()) {
            HeldOut rows = heldOut();
            if (rows != null) {
                trainer.scoring(rows);
            }
            if (state != null) {
                trainer.saving(new Trainer.Saving(state, every, identity()));
            }
            if (resume) {
                trainer.resume();
            }
            if (rows != null) {
                rows.overlap(data()).ifPresent(listener::warn);
            }
            return trainer.run(listener, stop);
        }
    }
}
