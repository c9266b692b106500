package io.lota4j.internal.merge.run;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.merge.ModelTensor;
import io.lota4j.internal.merge.Piece;
import io.lota4j.internal.merge.TensorMerge;
import io.lota4j.internal.merge.TensorPieces;
import io.lota4j.internal.ticket.ExactValues;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/// The weights of a tensor that tickets keep exactly, and what a merge makes of them.
///
/// Where one ticket alone changes such a weight and the method hands its change through, neither scaled nor
/// dropped, the weight becomes what the ticket says. Elsewhere the ticket's delta is what is merged; that is
/// counted, and refused where no finite delta leads to the weight.
final class ExactEntries {
    /// Handed through where a delta of zero would be; the smallest change that no method loses by scaling it.
    private static final float PROBE = Float.MIN_NORMAL;

    private final TensorPieces pieces;
    private final TensorMerge merge;
    private final List<Ticket> tickets = new ArrayList<>();
    private final LongAdder lost = new LongAdder();

    /// @param model its place among the models
    private record Ticket(int model, ExactValues values) {}

    /// A weight that becomes what one ticket says.
    ///
    /// @param place in the piece
    /// @param value the tuned weight
    /// @param delta the ticket's, which does not lead there
    record Kept(int place, float value, float delta) {}

    /// @param index in the tensor
    private record Found(int model, int index, int place, float value, float delta) {
        /// Whether the delta says nothing of the change.
        boolean isFar() {
            return !Float.isFinite(value) || (value != 0 && delta == 0);
        }
    }

    /// What no run of the merge could give.
    static final class Refused extends LotaException {
        private static final long serialVersionUID = 1L;

        private Refused(String tensor, Found found) {
            super(Text.format(
                    "tensor '%s': model %d makes the weight at index %d %s, to which no finite delta leads; that can "
                            + "only be merged where no other model changes the weight and the method neither scales "
                            + "nor drops the change.",
                    tensor, found.model + 1, found.index, found.value));
        }
    }

    ExactEntries(TensorPieces pieces, TensorMerge merge) {
        this.pieces = pieces;
        this.merge = merge;
        List<ModelTensor> models = pieces.task().models();
        // Weights are read as they become; of them nothing is left to do.
        for (int model = 0; pieces.deltas() && model < models.size(); model++) {
            if (models.get(model) instanceof ModelTensor.Delta delta
                    && delta.exact().isPresent()) {
                tickets.add(new Ticket(model, delta.exact().get()));
            }
        }
    }

    /// The weights of a piece that become what one ticket says; safe for use by many threads.
    ///
    /// @param merged the piece's merged deltas
    /// @throws Refused when a weight that others change too, or that is scaled, is no finite delta away
    List<Kept> kept(Piece piece, float[] merged) {
        if (tickets.isEmpty()) {
            return List.of();
        }
        List<Found> found = new ArrayList<>();
        int end = piece.size() == 0 ? 0 : piece.offsets()[piece.size() - 1] + 1;
        for (Ticket ticket : tickets) {
            ticket.values.within(piece.first(), end, (index, value) -> {
                int place = piece.before(index);
                found.add(new Found(ticket.model, index, place, value, piece.operand(ticket.model)[place]));
            });
        }
        float[] probed = probed(piece, merged, found);
        List<Kept> kept = new ArrayList<>();
        for (Found one : found) {
            float own = one.delta == 0 ? PROBE : one.delta;
            boolean alone = isAlone(piece, one);
            if (alone && probed[one.place] == own) {
                kept.add(new Kept(one.place, one.value, one.delta));
            } else if (one.isFar()) {
                throw new Refused(pieces.task().name(), one);
            } else if (!alone || probed[one.place] != 0) {
                lost.increment();
            }
        }
        return kept;
    }

    /// How many weights that a ticket keeps exactly got its delta instead.
    long lost() {
        return lost.sum();
    }

    /// What is merged where deltas of zero are a small change instead.
    private float[] probed(Piece piece, float[] merged, List<Found> found) {
        List<Found> zeros = found.stream()
                .filter(one -> one.delta == 0 && isAlone(piece, one))
                .toList();
        if (zeros.isEmpty()) {
            return merged;
        }
        zeros.forEach(one -> piece.operand(one.model)[one.place] = PROBE);
        float[] probed = new float[merged.length];
        merge.merge(piece, probed);
        zeros.forEach(one -> piece.operand(one.model)[one.place] = one.delta);
        // The others are as they were: what comes out for one does not depend on which others are there.
        float[] all = Arrays.copyOf(merged, piece.size());
        zeros.forEach(one -> all[one.place] = probed[one.place]);
        return all;
    }

    private boolean isAlone(Piece piece, Found one) {
        for (int model = 0; model < pieces.models(); model++) {
            if (model != one.model && piece.operand(model)[one.place] != 0) {
                return false;
            }
        }
        return tickets.stream()
                .noneMatch(ticket ->
                        ticket.model != one.model && ticket.values.index().contains(one.index));
    }
}
