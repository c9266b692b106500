package io.lota4j.internal.mask;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.mask.Mask;
import io.lota4j.mask.Scope;
import io.lota4j.mask.Sparsity;

/// Whether as many weights as a sparsity makes trainable are there to be chosen, where some may not be.
public final class EnoughWeights {
    private EnoughWeights() {}

    /// Looks before anything is computed: the sparsity is a share of the whole pool, tensor or row, as the
    /// scope says, also of the weights that may not be chosen.
    ///
    /// @param among the weights that may be chosen
    /// @param sparsity frozen share, in [0, 1]
    /// @throws LotaException when too few are left, or the sparsity leaves none, with the sparsity that would do
    public static void require(Mask among, double sparsity, Scope scope) {
        Sparsity.requireSome(among.shapes(), sparsity, scope);
        requireLeft(among, sparsity, scope);
    }

    /// As [#require], also for a sparsity that leaves none.
    static void requireLeft(Mask among, double sparsity, Scope scope) {
        if (scope == Scope.GLOBAL) {
            require(among.trainable(), among.poolSize(), sparsity, "the pool");
            return;
        }
        among.tensors().forEach((name, tensor) -> {
            Shape shape = tensor.shape();
            long length = scope.groupLength(shape);
            for (long from = 0; from < shape.numel() && tensor.count() < shape.numel(); from += length) {
                long left = tensor.trainable().rangeCardinality(from, from + length);
                require(left, length, sparsity, scope.where(name, shape, from / length));
            }
        });
    }

    private static void require(long left, long weights, double sparsity, String where) {
        long k = Sparsity.trainable(weights, sparsity);
        if (k > left) {
            throw new LotaException(Text.format(
                    "A sparsity of %s makes %d of the %d weights of %s trainable, but the avoided masks leave only"
                            + " %d of them. Ask for a sparsity of at least %s.",
                    sparsity, k, weights, where, left, Sparsity.leastFor(left, weights)));
        }
    }
}
