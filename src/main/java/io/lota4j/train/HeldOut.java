package io.lota4j.train;

import io.lota4j.data.Dataset;
import io.lota4j.data.Example;
import io.lota4j.internal.Text;
import io.lota4j.internal.model.Decoder;
import io.lota4j.internal.train.MicroBatch;
import io.lota4j.internal.train.Provenance;
import io.lota4j.internal.train.Ranges;
import io.lota4j.internal.train.Reference;
import io.lota4j.internal.train.Sample;
import io.lota4j.internal.train.SettingsText;
import io.lota4j.internal.train.Weighing;
import io.lota4j.train.objective.Objective;
import java.nio.IntBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Rows that a run is scored on while it trains, and what is done with their loss.
///
/// @param data the rows, none of which should be trained on
/// @param every steps between two scores, at least 1; the last step is scored as well
/// @param keep which weights the run ends with
/// @param patience the run ends after so many scores in a row without a new best; 0: never before its last step
public record HeldOut(Dataset data, long every, Keep keep, long patience) {
    /// Which weights a run ends with.
    public enum Keep {
        /// Those of the step whose loss on the held-out rows was the lowest, the first of equals.
        BEST,
        /// Those of the last step.
        LAST
    }

    /// Hears how far the scoring has come.
    @FunctionalInterface
    public interface ScoringListener {
        /// @param done rows scored
        /// @param all rows in all
        void scored(int done, int all);
    }

    /// @throws io.lota4j.LotaException with every setting that is out of its range
    public HeldOut {
        new Ranges()
                .atLeast(1, every, "steps between two scores of the held-out rows")
                .atLeast(0, patience, "patience")
                .requireNone();
    }

    /// Keeps the best weights and never ends a run early.
    public HeldOut(Dataset data, long every) {
        this(data, every, Keep.BEST, 0);
    }

    /// Whether the rows are to be scored with the weights that a run has reached.
    public boolean due(RunState state, long steps) {
        long step = state.step();
        boolean when = step > 0 && (step % every == 0 || step == steps);
        return when && (state.heldOut().isEmpty() || state.heldOut().getLast().step() < step);
    }

    /// Whether a run is done: it reached its last step or has been without a new best for too long, and the weights
    /// that it reached are scored.
    ///
    /// @param rows that it is scored on, or null for none
    public static boolean finished(@Nullable HeldOut rows, RunState state, long steps) {
        boolean last = state.step() == steps;
        if (rows == null) {
            return last;
        }
        boolean exhausted = rows.patience > 0 && state.scoresSinceBest() >= rows.patience;
        return (last || exhausted) && !rows.due(state, steps);
    }

    /// As [#copies(Keep, long)], of a run.
    ///
    /// @param rows that the run is scored on, or null for none
    public static long copies(@Nullable HeldOut rows, long trained) {
        return rows == null ? 0 : copies(rows.keep, trained);
    }

    /// Values that a run that is scored keeps beside the `trained` ones: as many again where it ends with the best.
    public static long copies(Keep keep, long trained) {
        return keep == Keep.BEST ? trained : 0;
    }

    /// The step whose weights a finished run ends with.
    public long keptStep(RunState end) {
        Optional<HeldOutLoss> best = end.best();
        return keep == Keep.BEST && best.isPresent() ? best.get().step() : end.step();
    }

    /// What an objective tells of the rows: a mean over labelled tokens, or over pairs, in nats.
    ///
    /// @param step whose weights the decoder has
    /// @param reference of the rows, or null where the objective needs none
    /// @param stop asked between parts
    /// @return empty if it was stopped
    /// @throws io.lota4j.LotaException if a loss is NaN or infinite
    public Optional<HeldOutLoss> loss(
            Decoder decoder,
            long step,
            Objective objective,
            @Nullable Reference reference,
            ScoringListener listener,
            BooleanSupplier stop) {
        double sum = 0;
        long tokens = 0;
        int done = 0;
        Map<String, Double> figures = new TreeMap<>();
        for (MicroBatch part : MicroBatch.passes(samples(), decoder.device().chunk())) {
            if (stop.getAsBoolean()) {
                return Optional.empty();
            }
            if (part.scored() > 0) {
                Weighing weighing = new Weighing(objective, part, reference);
                sum += weighing.loss(decoder.losses(part.batch()).tokenLosses());
                weighing.figures().forEach((name, value) -> figures.merge(name, value, Double::sum));
            }
            if (!Double.isFinite(sum)) {
                throw decoder.notFinite(
                        Text.format("The loss of the held-out rows %s is NaN or infinite", data.places(part.rows())));
            }
            tokens += part.scored();
            done += part.samples().size();
            listener.scored(done, data.examples().size());
        }
        long parts = Math.max(1, objective.mean() == Objective.Mean.SAMPLES ? done : tokens);
        figures.replaceAll((name, value) -> value / parts);
        return Optional.of(new HeldOutLoss(step, sum / parts, figures));
    }

    /// The rows, in their order.
    public List<Sample> samples() {
        return Sample.all(data.examples());
    }

    /// Says in a run's identity what of this decides its result.
    public void addTo(Map<String, String> identity) {
        identity.put("held_out", Provenance.digest(data));
        identity.put(
                "held_out_settings",
                new SettingsText()
                        .with("every", Long.toString(every))
                        .with("keep", keep, Keep.BEST)
                        .with("patience", patience, 0)
                        .text());
    }

    /// Says in a result's provenance which rows chose it, and how it did on them.
    public void addTo(Map<String, String> provenance, RunState end) {
        provenance.put("held_out_data", data.digests());
        provenance.put("held_out_rows", Integer.toString(data.examples().size()));
        long kept = keptStep(end);
        provenance.put("kept_step", Long.toString(kept));
        end.heldOut().stream()
                .filter(score -> score.step() == kept)
                .forEach(score -> provenance.put("held_out_loss", Double.toString(score.loss())));
    }

    /// A warning where rows are trained on as well: what is kept then says nothing of new rows.
    public Optional<String> overlap(Dataset trained) {
        // What is trained on may be larger than the memory.
        Map<IntBuffer, Integer> held = new HashMap<>();
        data.examples().forEach(example -> held.merge(IntBuffer.wrap(example.ids()), 1, Integer::sum));
        long shared = 0;
        for (Example example : trained.examples()) {
            Integer rows = held.remove(IntBuffer.wrap(example.ids()));
            shared += rows == null ? 0 : rows;
        }
        return shared == 0
                ? Optional.empty()
                : Optional.of(Text.format(
                        "%d of the %d held-out rows are trained on as well: their loss does not tell how the result"
                                + " does on new rows.",
                        shared, data.examples().size()));
    }
}
