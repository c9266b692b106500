package io.lota4j;

import io.lota4j.guard.ProbeMix;
import io.lota4j.mask.Avoided;
import io.lota4j.mask.Mask;
import io.lota4j.train.HeldOut;
import io.lota4j.train.RemoteShards;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a training run has beside its rows, its weights and its settings.
///
/// @param heldOut rows that it is scored on meanwhile, or null for none
/// @param mix rows of a probe that it mixes into its own, or null for none
/// @param avoided masks whose weights it leaves alone, also where it would train them
/// @param elsewhere computes the shards of its steps, or null where this process does
public record RunOptions(
        @Nullable HeldOut heldOut,
        @Nullable ProbeMix mix,
        List<Avoided> avoided,
        @Nullable RemoteShards elsewhere) {
    /// Nothing beside.
    public static final RunOptions NONE = new RunOptions(null, null, List.of(), null);

    /// Of a run that is computed in this process.
    public RunOptions(@Nullable HeldOut heldOut, @Nullable ProbeMix mix, List<Avoided> avoided) {
        this(heldOut, mix, avoided, null);
    }

    /// Copies the list.
    public RunOptions {
        avoided = List.copyOf(avoided);
    }

    /// The same, scored on held-out rows meanwhile.
    ///
    /// @param rows null for none
    public RunOptions scoredOn(@Nullable HeldOut rows) {
        return new RunOptions(rows, mix, avoided, elsewhere);
    }

    /// The same with rows of a probe, which [Lota#mix] gives.
    ///
    /// @param rows null for none
    public RunOptions mixed(@Nullable ProbeMix rows) {
        return new RunOptions(heldOut, rows, avoided, elsewhere);
    }

    /// The same without one more mask's weights, such as a region's: they keep their bits, which
    /// is looked at when the run is done.
    ///
    /// @param name of the mask, for messages and provenance
    public RunOptions avoid(String name, Mask mask) {
        List<Avoided> more = new ArrayList<>(avoided);
        more.add(new Avoided(name, mask));
        return new RunOptions(heldOut, mix, more, elsewhere);
    }

    /// The same, the shards of whose steps are computed elsewhere, such as on other machines. The result has the same
    /// bits as long as those compute alike.
    public RunOptions computing(RemoteShards shards) {
        return new RunOptions(heldOut, mix, avoided, shards);
    }
}
