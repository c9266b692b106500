package io.lota4j.train.attribution;

import io.lota4j.LotaException;
import io.lota4j.data.Example;
import io.lota4j.internal.Text;
import io.lota4j.internal.model.PackedBatch;
import io.lota4j.internal.train.AdaptedModel;
import io.lota4j.mask.Mask;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;

/// How much of a task a mask sees: `|g m| / |g|`, Euclidean norms, where g is the gradient of a batch's
/// loss over a pool at the weights as they are, and m the mask. To first order a training under the mask
/// must move its weights one over that further than a training of all weights for the same change of the
/// loss.
///
/// A mask that is drawn by chance sees about the square root of its density: of 10% of the weights 0.32.
/// One that was calibrated for the task should see more.
///
/// The loss is the mean negative log-probability per response token, of a preference pair of its chosen
/// answer; weights of tokens are left out.
///
/// What it sees of the sum of absolute values, `|g m|₁ / |g|₁`, is less: of a mask drawn by chance its density. Steps
/// of AdamW and RMSprop move every weight by about the learning rate, and then that sum is what changes the loss: under
/// the mask the rate must be one over that share higher for the same change ([#rate]).
///
/// @param share in \[0, 1\]; 0 where the gradient is zero
/// @param ofSum share of the sum of absolute values, in \[0, 1\]
/// @param chance what a mask drawn by chance would see, in \[0, 1\]
/// @param norm of g, of the loss summed over all tokens; 0 where there is nothing to learn
/// @param rows whose gradient it is
public record GradientShare(double share, double ofSum, double chance, double norm, int rows) {
    /// Rows of a batch that nobody chose the number of.
    public static final int ROWS = 16;

    /// Rows that go through the model at once: more would take more memory, and the gradient is the same.
    private static final int AT_ONCE = 4;

    /// A learning rate at which full fine-tuning with AdamW learns and disturbs little.
    public static final double DENSE_RATE = 5e-5;

    /// No rate that follows a mask is higher: what holds to first order was not tried beyond.
    public static final double HIGHEST_RATE = 1e-3;

    /// Masks drawn by chance see up to a twentieth less than they should.
    private static final double LUCK = 0.95;

    private static final String KEY = "gradient_share";
    private static final String OF_SUM = KEY + "_of_sum";

    /// The shares of masks, from one pass over a batch.
    ///
    /// @param model at the start of a training
    /// @param whole every weight of the pool that g is over
    /// @param masks whose shares are wanted, of tensors of that pool
    /// @param batch at least one row; at best such as the masks were not chosen by
    /// @param stop asked after every few rows; true ends it there
    /// @return one a mask, in their order; empty if it was stopped
    /// @throws io.lota4j.LotaException if a mask is not for the model, or there is no row
    public static Optional<List<GradientShare>> of(
            AdaptedModel model,
            Mask whole,
            List<Mask> masks,
            List<Example> batch,
            Scoring.Listener listener,
            BooleanSupplier stop) {
        if (batch.isEmpty()) {
            throw new LotaException("There is no row whose gradient a mask could see.");
        }
        model.require(whole);
        masks.forEach(model::require);
        try (GradientTally tally = new GradientTally(model.decoder(), whole, Elements::add, false, false)) {
            if (!passes(model, tally, batch, listener, stop)) {
                return Optional.empty();
            }
            Norms norms = new Norms(tally);
            int rows = batch.size();
            Norms.Sums all = norms.of(whole);
            List<GradientShare> shares = new ArrayList<>();
            for (Mask mask : masks) {
                Norms.Sums seen = norms.of(mask);
                shares.add(new GradientShare(
                        Math.sqrt(part(seen.squares(), all.squares())),
                        part(seen.absolute(), all.absolute()),
                        Math.sqrt((double) mask.trainable() / whole.poolSize()),
                        Math.sqrt(all.squares()) * Math.ceilDiv(rows, AT_ONCE),
                        rows));
            }
            return Optional.of(List.copyOf(shares));
        }
    }

    private static double part(double seen, double all) {
        return all == 0 ? 0 : Math.min(1, seen / all);
    }

    private static boolean passes(
            AdaptedModel model,
            GradientTally tally,
            List<Example> examples,
            Scoring.Listener listener,
            BooleanSupplier stop) {
        long tokens = 0;
        for (int from = 0; from < examples.size(); from += AT_ONCE) {
            int to = Math.min(examples.size(), from + AT_ONCE);
            PackedBatch packed = PackedBatch.of(examples.subList(from, to).stream()
                    .map(e -> new PackedBatch.Sequence(e.ids(), e.labelled()))
                    .toList());
            tally.through(model.decoder(), packed);
            tokens += packed.tokens();
            listener.at(to, examples.size(), tokens);
            if (to < examples.size() && stop.getAsBoolean()) {
                return false;
            }
        }
        return true;
    }

    /// Whether chance would see more of the task, by more than the luck of a draw.
    public boolean isBelowChance() {
        return share < LUCK * chance;
    }

    /// For people, such as `0.43 of a fresh batch's gradient norm, a mask drawn by chance 0.32`.
    public String text() {
        return Text.format(
                        "%.2f of the gradient norm of %d rows; a mask drawn by chance sees %.2f", share, rows, chance)
                + (isBelowChance() ? ": this mask sees less of the task than chance would" : "");
    }

    /// The learning rate at which training under a mask first changes the loss about as much as full fine-tuning at
    /// [#DENSE_RATE] does, with AdamW or RMSprop: that rate over what the mask says that it sees of the sum of the
    /// gradient's absolute values, to two digits and at most [#HIGHEST_RATE].
    ///
    /// @return empty if the mask does not say what it sees
    public static OptionalDouble rate(Mask mask) {
        String said = mask.info().origin().get(OF_SUM);
        double seen = said == null ? 0 : Double.parseDouble(said);
        return seen > 0
                ? OptionalDouble.of(new BigDecimal(Math.min(HIGHEST_RATE, DENSE_RATE / seen))
                        .round(new MathContext(2, RoundingMode.HALF_UP))
                        .doubleValue())
                : OptionalDouble.empty();
    }

    /// A mask that says in its origin what it sees.
    public Mask noted(Mask mask) {
        Map<String, String> origin = new LinkedHashMap<>(mask.info().origin());
        origin.put(KEY, Double.toString(share));
        origin.put(OF_SUM, Double.toString(ofSum));
        origin.put(KEY + "_of_chance", Double.toString(chance));
        origin.put(KEY + "_rows", Integer.toString(rows));
        return new Mask(mask.info().withOrigin(origin), mask.tensors());
    }
}
