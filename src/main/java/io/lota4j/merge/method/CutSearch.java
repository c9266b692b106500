package io.lota4j.merge.method;

import io.lota4j.merge.Piece;
import io.lota4j.merge.Survey;
import io.lota4j.merge.TensorPieces;
import java.util.List;
import java.util.stream.IntStream;

/// Finds the k largest magnitudes of models' deltas, in one tensor or in several, exactly and in memory that
/// does not grow with them: by histograms of their leading bits, then of those that follow, and a last round
/// only where not all that equal the k-th are chosen.
final class CutSearch implements Survey {
    private static final int MAGNITUDE_BITS = 31;
    private static final int INFINITE = Float.floatToIntBits(Float.POSITIVE_INFINITY);

    /// From so many values on, two rounds with a large histogram are faster than four with a small one.
    private static final long MANY = 1 << 17;

    private static final int LARGE_DIGIT = 16;
    private static final int SMALL_DIGIT = 8;

    private final List<CutTarget> targets;
    private final List<CutTarget> open;
    private final int digitBits;
    private int unknownBits = MAGNITUDE_BITS;
    private boolean done;

    /// @param source the values of which the largest are looked for
    /// @param models of each search
    /// @param wanted how many of the largest are chosen in each search
    /// @param numel how many elements there are in all tensors together
    CutSearch(Trim.Kept source, int[] models, long[] wanted, long numel) {
        digitBits = numel < MANY ? SMALL_DIGIT : LARGE_DIGIT;
        targets = IntStream.range(0, models.length)
                .mapToObj(i -> new CutTarget(source, models[i], wanted[i], numel))
                .toList();
        open = targets.stream().filter(CutTarget::isOpen).toList();
        done = open.isEmpty();
    }

    /// Searches one tensor.
    static CutSearch of(TensorPieces tensor, Trim.Kept source, int[] models, long[] wanted) {
        CutSearch search = new CutSearch(source, models, wanted, tensor.numel());
        while (!search.done()) {
            search.visit(tensor);
            search.endRound();
        }
        return search;
    }

    /// What a search found for a tensor.
    ///
    /// @param search its place among all
    Cut cut(String tensor, int search) {
        return targets.get(search).cut(tensor);
    }

    @Override
    public boolean done() {
        return done;
    }

    @Override
    public void visit(TensorPieces tensor) {
        if (unknownBits == 0) {
            open.stream().filter(CutTarget::isTied).forEach(target -> target.divide(tensor));
            return;
        }
        Counts counts = tensor.fold(this::counts, this::count, Counts::add);
        if (unknownBits == MAGNITUDE_BITS) {
            requireFinite(tensor, counts);
        }
        for (int i = 0; i < open.size(); i++) {
            open.get(i).take(counts.histograms.get(i), tensor.numel() - counts.visited);
        }
    }

    @Override
    public void endRound() {
        if (unknownBits > 0) {
            int low = lowestBit();
            open.forEach(target -> target.descend(unknownBits - low, low == 0));
            unknownBits = low;
            done = low == 0 && open.stream().noneMatch(CutTarget::isTied);
        } else {
            done = true;
        }
    }

    private int lowestBit() {
        return Math.max(0, unknownBits - digitBits);
    }

    private Counts counts() {
        int bins = 1 << (unknownBits - lowestBit());
        return new Counts(open.stream().map(target -> new Histogram(bins)).toList());
    }

    private void count(Counts counts, Piece piece) {
        for (int i = 0; i < open.size(); i++) {
            open.get(i).count(piece, unknownBits, lowestBit(), counts.histograms.get(i));
        }
        counts.visited += piece.size();
    }

    private void requireFinite(TensorPieces tensor, Counts counts) {
        for (int i = 0; i < open.size(); i++) {
            if (counts.histograms.get(i).from(INFINITE >>> lowestBit()) > 0) {
                throw NotFinite.in(tensor, open.get(i).model());
            }
        }
    }

    /// What one round counts in one tensor.
    private static final class Counts {
        private final List<Histogram> histograms;
        private long visited;

        Counts(List<Histogram> histograms) {
            this.histograms = histograms;
        }

        void add(Counts next) {
            for (int i = 0; i < histograms.size(); i++) {
                histograms.get(i).add(next.histograms.get(i));
            }
            visited += next.visited;
        }
    }
}
