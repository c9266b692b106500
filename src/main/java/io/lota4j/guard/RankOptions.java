package io.lota4j.guard;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.mask.Pool;

/// How many directions of what a matrix puts out count, each as a share of R, the smaller side of the
/// matrix, rounded down, at least one.
///
/// @param utility share that other rows need, in (0, 1]
/// @param safety share that the behaviour has, in (0, 1]
/// @param pool the matrices
public record RankOptions(double utility, double safety, Pool pool) {
    /// What arXiv 2402.05162 leaves of 4,096 where it drops 3,450 of other rows.
    public static final double UTILITY = 0.158;

    /// What it leaves of 4,096 where it drops 4,000 of the behaviour.
    public static final double SAFETY = 0.023;

    /// @throws LotaException if a share is out of its range
    public RankOptions {
        if (!(utility > 0 && utility <= 1) || !(safety > 0 && safety <= 1)) {
            throw new LotaException(Text.format(
                    "Shares of ranks are over 0 and at most 1, found %s of the other rows and %s of the behaviour.",
                    utility, safety));
        }
    }

    /// The shares of the paper, in the matrices of attention and MLP.
    public static RankOptions standard() {
        return new RankOptions(UTILITY, SAFETY, Pool.standard());
    }

    /// Directions of a matrix that other rows need.
    public int utility(Shape matrix) {
        return rank(utility, matrix);
    }

    /// Directions of a matrix that the behaviour has.
    public int safety(Shape matrix) {
        return rank(safety, matrix);
    }

    private static int rank(double share, Shape matrix) {
        return Math.max(1, (int) (share * Math.min(matrix.dim(0), matrix.dim(1))));
    }
}
