package io.lota4j.internal.merge.method;

/// How probable it is that a delta is kept, by its rank among the magnitudes of its row.
///
/// @param least of the smallest, whose rank is 0
/// @param step more for each rank
/// @param most of the largest, whose rank is n - 1
/// @param inverse whether what is kept is divided by its probability
record RankOdds(double least, double step, double most, boolean inverse) {
    private RankOdds(double least, double step, long n, boolean inverse) {
        this(least, step, least + step * (n - 1), inverse);
    }

    /// As DELLA's paper has it: density + epsilon/2 for the largest and epsilon/n less for each rank below.
    static RankOdds paper(double density, double epsilon, long n) {
        return new RankOdds(density + epsilon / 2 - epsilon * (n - 1) / n, epsilon / n, n, true);
    }

    /// As mergekit has it: from density - epsilon to density + epsilon. A row of one element, for which
    /// mergekit finds NaN, has density.
    static RankOdds mergekit(double density, double epsilon, long n) {
        return n == 1
                ? new RankOdds(density, 0, n, false)
                : new RankOdds(density - epsilon, 2 * epsilon / (n - 1), n, false);
    }

    double at(long rank) {
        return least + step * rank;
    }

    /// What becomes of a delta.
    ///
    /// @param ranks of its row
    /// @param draw uniform in [0, 1)
    /// @param delta not 0
    /// @param index of the delta in the array that the ranks were made of
    float kept(RowRanks ranks, double draw, float delta, int index) {
        if (!keeps(ranks, draw, delta, index)) {
            return 0;
        }
        return inverse ? (float) (delta / at(ranks.rank(delta, index))) : delta;
    }

    private boolean keeps(RowRanks ranks, double draw, float delta, int index) {
        if (draw < least || draw >= most) {
            return draw < least;
        }
        if (draw < at(ranks.least(delta))) {
            return true;
        }
        return draw < at(ranks.most(delta)) && draw < at(ranks.rank(delta, index));
    }
}
