package io.lota4j.internal.merge.method;

import io.lota4j.internal.merge.Piece;
import io.lota4j.internal.merge.Survey;
import io.lota4j.internal.merge.TensorPieces;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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

    private final Trim.Kept source;
    private final List<CutTarget> targets;
    private final Map<CutTarget.Sought, Histogram> totals = new LinkedHashMap<>();
    private final int digitBits;
    private List<CutTarget> open;
    private int unknownBits = MAGNITUDE_BITS;
    private boolean done;

    /// @param source the values of which the largest are looked for
    /// @param models of each search
    /// @param wanted how many of the largest are chosen in each search
    /// @param most in each search, how many values may be other than zero
    /// @param numel how many elements there are in all tensors together
    CutSearch(Trim.Kept source, int[] models, long[] wanted, long[] most, long numel) {
        this.source = source;
        digitBits = numel < MANY ? SMALL_DIGIT : LARGE_DIGIT;
        targets = IntStream.range(0, models.length)
                .mapToObj(i -> new CutTarget(source, models[i], wanted[i], most[i], numel))
                .toList();
        open = targets.stream().filter(CutTarget::isOpen).toList();
        done = open.isEmpty();
    }

    /// Searches one tensor.
    static CutSearch of(TensorPieces tensor, Trim.Kept source, int[] models, long[] wanted) {
        long[] most = new long[models.length];
        Arrays.fill(most, tensor.numel());
        return of(tensor, source, models, wanted, most);
    }

    /// Searches one tensor, of which it is known how many values may be other than zero.
    static CutSearch of(TensorPieces tensor, Trim.Kept source, int[] models, long[] wanted, long[] most) {
        CutSearch search = new CutSearch(source, models, wanted, most, tensor.numel());
        while (!search.done()) {
            search.visit(tensor);
            search.endRound();
        }
        return search;
    }

    /// What a search found for a tensor.
    ///
    /// @param search its place among all
    TrimThreshold cut(String tensor, int search) {
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
        List<CutTarget.Sought> sought =
                open.stream().map(CutTarget::sought).distinct().toList();
        Counts counts = tensor.gather(() -> counts(sought, tensor.span()), this::count, Counts::add);
        if (unknownBits == MAGNITUDE_BITS) {
            requireFinite(tensor, counts);
        }
        counts.histograms.forEach((what, histogram) -> totals.merge(what, histogram, Histogram::plus));
    }

    @Override
    public void endRound() {
        if (unknownBits > 0) {
            int low = lowestBit();
            open.forEach(target -> target.descend(
                    Objects.requireNonNull(totals.get(target.sought()), "no tensor was visited"),
                    unknownBits - low,
                    low == 0));
            totals.clear();
            open = open.stream().filter(CutTarget::isOpen).toList();
            unknownBits = low;
            done = open.isEmpty() || low == 0 && open.stream().noneMatch(CutTarget::isTied);
        } else {
            done = true;
        }
    }

    private int lowestBit() {
        return Math.max(0, unknownBits - digitBits);
    }

    private Counts counts(List<CutTarget.Sought> sought, int span) {
        int bins = 1 << (unknownBits - lowestBit());
        Map<CutTarget.Sought, Histogram> histograms = new LinkedHashMap<>();
        sought.forEach(what -> histograms.put(what, new Histogram(bins)));
        return new Counts(histograms, new int[span]);
    }

    private void count(Counts counts, Piece piece) {
        counts.histograms.forEach((what, histogram) -> histogram.count(
                source.of(piece, what.model()), piece.size(), what.known(), unknownBits, lowestBit(), counts.room));
    }

    private void requireFinite(TensorPieces tensor, Counts counts) {
        counts.histograms.forEach((what, histogram) -> {
            if (histogram.from(INFINITE >>> lowestBit()) > 0) {
                throw NotFinite.in(tensor, what.model());
            }
        });
    }

    /// What one round counts in one tensor.
    ///
    /// @param histograms by what they are for: several searches may need the same
    /// @param room for the magnitudes of a piece
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Counts(Map<CutTarget.Sought, Histogram> histograms, int[] room) {
        void add(Counts next) {
            next.histograms.forEach((what, histogram) -> histograms.merge(what, histogram, Histogram::plus));
        }
    }
}
