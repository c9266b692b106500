package io.lota4j.ticket;

import io.lota4j.checkpoint.DType;
import io.lota4j.internal.checkpoint.Floats;
import io.lota4j.internal.ticket.Bits;
import java.lang.foreign.MemorySegment;

/// What a ticket does to the weights of a model that is written: a type with few bits has no room for small changes.
///
/// @param entries weights in the ticket
/// @param changed those that have other bits than the base's weights in the same type
/// @param vanished those with a delta that is not zero and the base's bits all the same
/// @param overflowed finite weights that are too large for the type and become infinite
/// @param squares of all deltas, summed
/// @param lostSquares of what rounding took from each delta, summed
public record Effect(long entries, long changed, long vanished, long overflowed, double squares, double lostSquares) {
    static final Effect NONE = new Effect(0, 0, 0, 0, 0, 0);

    /// The share of the change that rounding lost, as the squared norm of what is missing over that of all deltas:
    /// 0 when the weights are base + delta, 1 when none of them changed.
    public double lost() {
        return squares == 0 ? 0 : Math.min(1, lostSquares / squares);
    }

    Effect plus(Effect other) {
        return new Effect(
                entries + other.entries,
                changed + other.changed,
                vanished + other.vanished,
                overflowed + other.overflowed,
                squares + other.squares,
                lostSquares + other.lostSquares);
    }

    /// Puts a tensor's tuned weights into its elements.
    ///
    /// @param base all elements of the base's tensor
    /// @param type of the result
    /// @param target the same elements in that type; those in the ticket are changed
    static Effect apply(TicketTensor tensor, MemorySegment base, DType type, MemorySegment target) {
        Tally tally = new Tally();
        tensor.forEachTuned(tensor.baseType(), base, (position, at, before, tuned) -> {
            long untouched = Bits.get(type.size(), target, at);
            Floats.set(type, target, at, tuned);
            boolean changed = Bits.get(type.size(), target, at) != untouched;
            tally.add(tuned, Floats.get(type, target, at), tensor.values()[position], changed);
        });
        return tally.effect(tensor.nnz());
    }

    private static final class Tally {
        private long changed;
        private long vanished;
        private long overflowed;
        private double squares;
        private double lostSquares;

        void add(float tuned, float written, float delta, boolean changes) {
            changed += changes ? 1 : 0;
            vanished += !changes && delta != 0 ? 1 : 0;
            overflowed += Float.isInfinite(written) && Float.isFinite(tuned) ? 1 : 0;
            squares += (double) delta * delta;
            double missing = (double) tuned - written;
            // Infinite or NaN weights are written as they are, and no distance.
            lostSquares += Math.abs(missing) <= Double.MAX_VALUE ? missing * missing : 0;
        }

        Effect effect(long entries) {
            return new Effect(entries, changed, vanished, overflowed, squares, lostSquares);
        }
    }
}
