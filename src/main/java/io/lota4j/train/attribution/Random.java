package io.lota4j.train.attribution;

import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.mask.RandomMask;
import io.lota4j.mask.Mask;
import io.lota4j.mask.Pool;
import io.lota4j.mask.Scope;

/// Chance: the control that every other attribution must beat.
public record Random() implements Attribution.OfBase {
    @Override
    public String name() {
        return "random";
    }

    @Override
    public String meaning() {
        return "chance (no data)";
    }

    @Override
    public boolean isDrawn() {
        return true;
    }

    @Override
    public Mask mask(Checkpoint base, Mask among, double sparsity, Scope scope, long seed) {
        if (among.trainable() < among.poolSize()) {
            return RandomMask.of(among, sparsity, scope, seed);
        }
        return RandomMask.of(base, Pool.parse(among.info().pool()), sparsity, scope, seed);
    }
}
