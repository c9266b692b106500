package io.lota4j.guard;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.mask.Pool;
import io.lota4j.mask.Scope;

/// How a region is chosen: the weights in the top `q` for a behaviour and not in the top `p` for
/// other rows.
///
/// @param q share of the pool that is taken by the behaviour's scores, in (0, 1]
/// @param p share of the pool that is left out by the other rows' scores, in [0, 1]; 0 leaves out
///     nothing, and weights that everything needs are in the region then
/// @param scope where the highest scores are counted
/// @param pool the tensors to choose from
public record RegionOptions(double q, double p, Scope scope, Pool pool) {
    /// @throws LotaException if a share is out of its range
    public RegionOptions {
        if (!(q > 0 && q <= 1) || !(p >= 0 && p <= 1)) {
            throw new LotaException(Text.format(
                    "A region needs q over 0 and at most 1, and p from 0 to 1, found q %s and p %s.", q, p));
        }
    }

    /// In every row of the matrices of attention and MLP.
    public static RegionOptions of(double q, double p) {
        return new RegionOptions(q, p, Scope.ROW, Pool.standard());
    }

    /// The same with the highest scores counted elsewhere.
    public RegionOptions scope(Scope other) {
        return new RegionOptions(q, p, other, pool);
    }

    /// The same for other tensors.
    public RegionOptions pool(Pool other) {
        return new RegionOptions(q, p, scope, other);
    }
}
