package io.lota4j.internal.merge.method;

import io.lota4j.internal.merge.Piece;
import io.lota4j.internal.merge.TensorPieces;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The k-th largest magnitude of one model's deltas, as far as it is known.
final class CutTarget {
    /// What has to be counted for a target.
    ///
    /// @param model whose deltas
    /// @param known the leading bits of those that count
    record Sought(int model, int known) {}

    private final Trim.Kept source;
    private final int model;
    private final Map<String, TrimThreshold> tied = new HashMap<>();
    private TrimThreshold settled;
    private boolean open;
    private int known;
    private long rank;
    private boolean isTied;

    /// @param wanted k; all are chosen when there are no more, none when it is 0
    /// @param most how many may be other than zero
    /// @param numel how many there are
    CutTarget(Trim.Kept source, int model, long wanted, long most, long numel) {
        this.source = source;
        this.model = model;
        rank = wanted;
        open = wanted > 0 && wanted < numel && wanted <= most;
        settled = wanted > 0 ? TrimThreshold.ALL : TrimThreshold.NONE;
    }

    /// Whether it has to be searched for.
    boolean isOpen() {
        return open;
    }

    /// Whether, now that the magnitude is known, only some of those equal to it are chosen.
    boolean isTied() {
        return isTied;
    }

    Sought sought() {
        return new Sought(model, known);
    }

    TrimThreshold cut(String tensor) {
        return tied.getOrDefault(tensor, settled);
    }

    /// Finds the next digit.
    ///
    /// @param counts of it among what is sought
    /// @param bits that it has
    /// @param last whether no bits follow
    void descend(Histogram counts, int bits, boolean last) {
        if (rank > counts.from(0)) {
            // Fewer are not zero than are wanted.
            open = false;
            return;
        }
        int digit = (1 << bits) - 1;
        while (rank > counts.at(digit)) {
            rank -= counts.at(digit);
            digit--;
        }
        known = (known << bits) | digit;
        if (last) {
            isTied = rank < counts.at(digit);
            settled = new TrimThreshold(known, TrimThreshold.LAST);
        }
    }

    /// Decides up to which index of a tensor those equal to the magnitude are chosen; to be called for all
    /// tensors in their order.
    void divide(TensorPieces tensor) {
        String name = tensor.task().name();
        if (rank == 0) {
            tied.put(name, new TrimThreshold(known, -1));
            return;
        }
        List<Integer> equals = tensor.fold(ArrayList::new, (counts, piece) -> counts.add(equals(piece)), List::addAll);
        for (int number = 0; number < equals.size() && rank > 0; number++) {
            if (rank > equals.get(number)) {
                rank -= equals.get(number);
            } else {
                tensor.visit(number, piece -> tied.put(name, new TrimThreshold(known, lastEqual(piece))));
                rank = 0;
            }
        }
    }

    private int equals(Piece piece) {
        float[] values = source.of(piece, model);
        int equals = 0;
        for (int i = 0; i < piece.size(); i++) {
            equals += TrimThreshold.magnitude(values[i]) == known ? 1 : 0;
        }
        return equals;
    }

    private long lastEqual(Piece piece) {
        float[] values = source.of(piece, model);
        long left = rank;
        int i = -1;
        while (left > 0) {
            i++;
            left -= TrimThreshold.magnitude(values[i]) == known ? 1 : 0;
        }
        return piece.first() + piece.offsets()[i];
    }
}
