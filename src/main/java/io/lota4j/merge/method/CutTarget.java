package io.lota4j.merge.method;

import io.lota4j.merge.Piece;
import io.lota4j.merge.TensorPieces;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The k-th largest magnitude of one model's deltas, as far as it is known.
final class CutTarget {
    private final Trim.Kept source;
    private final int model;
    private final boolean open;
    private final Map<String, Cut> tied = new HashMap<>();
    private Cut settled;
    private @Nullable Histogram total;
    private int known;
    private long rank;
    private boolean isTied;

    /// @param wanted k; all are chosen when there are no more, none when it is 0
    /// @param numel how many there are
    CutTarget(Trim.Kept source, int model, long wanted, long numel) {
        this.source = source;
        this.model = model;
        rank = wanted;
        open = wanted > 0 && wanted < numel;
        settled = wanted > 0 ? Cut.ALL : Cut.NONE;
    }

    /// Whether it has to be searched for.
    boolean isOpen() {
        return open;
    }

    /// Whether, now that the magnitude is known, only some of those equal to it are chosen.
    boolean isTied() {
        return isTied;
    }

    int model() {
        return model;
    }

    Cut cut(String tensor) {
        return tied.getOrDefault(tensor, settled);
    }

    void count(Piece piece, int high, int low, Histogram counts) {
        counts.count(source.of(piece, model), piece.size(), known, high, low);
    }

    /// Takes the counts of a tensor.
    ///
    /// @param zeros elements that were not visited, since no model changes them
    void take(Histogram counts, long zeros) {
        if (known == 0) {
            counts.add(0, zeros);
        }
        if (total == null) {
            total = counts;
        } else {
            total.add(counts);
        }
    }

    /// Finds the next digit.
    ///
    /// @param bits that it has
    /// @param last whether no bits follow
    void descend(int bits, boolean last) {
        Histogram counts = Objects.requireNonNull(total, "no tensor was visited");
        total = null;
        int digit = (1 << bits) - 1;
        while (rank > counts.at(digit)) {
            rank -= counts.at(digit);
            digit--;
        }
        known = (known << bits) | digit;
        if (last) {
            isTied = known > 0 && rank < counts.at(digit);
            settled = known == 0 ? Cut.ALL : new Cut(known, Cut.LAST);
        }
    }

    /// Decides up to which index of a tensor those equal to the magnitude are chosen; to be called for all
    /// tensors in their order.
    void divide(TensorPieces tensor) {
        String name = tensor.task().name();
        if (rank == 0) {
            tied.put(name, new Cut(known, -1));
            return;
        }
        List<Integer> equals = tensor.fold(ArrayList::new, (counts, piece) -> counts.add(equals(piece)), List::addAll);
        for (int number = 0; number < equals.size() && rank > 0; number++) {
            if (rank > equals.get(number)) {
                rank -= equals.get(number);
            } else {
                tensor.visit(number, piece -> tied.put(name, new Cut(known, lastEqual(piece))));
                rank = 0;
            }
        }
    }

    private int equals(Piece piece) {
        float[] values = source.of(piece, model);
        int equals = 0;
        for (int i = 0; i < piece.size(); i++) {
            equals += Cut.magnitude(values[i]) == known ? 1 : 0;
        }
        return equals;
    }

    private long lastEqual(Piece piece) {
        float[] values = source.of(piece, model);
        long left = rank;
        int i = -1;
        while (left > 0) {
            i++;
            left -= Cut.magnitude(values[i]) == known ? 1 : 0;
        }
        return piece.first() + piece.offsets()[i];
    }
}
