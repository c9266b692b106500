package io.lota4j.internal.experiment;

import io.lota4j.internal.train.Ranges;
import io.lota4j.mask.Pool;
import io.lota4j.mask.Scope;
import io.lota4j.mask.Sparsity;
import io.lota4j.train.Optimizer;
import io.lota4j.train.attribution.Attribution;
import io.lota4j.train.lora.LoraConfig;
import org.jspecify.annotations.Nullable;

/// How a stage is trained.
public sealed interface Method {
    /// Every weight of a pool: full fine-tuning, or with layers frozen by pattern.
    ///
    /// @param pool what is trained
    record Full(Pool pool) implements Method {}

    /// The weights of a mask.
    ///
    /// @param by what the mask's weights are chosen by
    /// @param sparsity frozen share of the pool
    /// @param scope where the largest scores are chosen
    /// @param disjoint whether the masks of earlier stages are left alone, LoTTO
    /// @param effort what choosing costs
    record Sparse(Attribution by, double sparsity, Scope scope, boolean disjoint, Effort effort) implements Method {
        /// @throws io.lota4j.LotaException if the sparsity is not within [0, 1]
        public Sparse {
            Sparsity.check(sparsity, "The sparsity");
        }
    }

    /// A low-rank adapter, a new one for each stage.
    ///
    /// @param rank of the two factors
    /// @param alpha over rank is the factor of their product
    record Lora(int rank, double alpha) implements Method {
        /// @throws io.lota4j.LotaException with everything that is out of its range
        public Lora {
            new LoraConfig(rank, alpha, Pool.standard());
        }

        /// The settings of an adapter.
        ///
        /// @param targets the matrices that get factors
        public LoraConfig config(Pool targets) {
            return new LoraConfig(rank, alpha, targets);
        }
    }

    /// What choosing a mask costs.
    ///
    /// @param steps of a brief fine-tune, for an attribution of training; else 0
    /// @param lr of that fine-tune
    /// @param rows that are gone through once, for scores that take data; else 0
    /// @param optimizer of that fine-tune, or null for the training's
    record Effort(long steps, double lr, int rows, @Nullable Optimizer optimizer) {
        public static final Effort NONE = new Effort(0, 0, 0);

        /// With the training's optimizer.
        public Effort(long steps, double lr, int rows) {
            this(steps, lr, rows, null);
        }

        /// @throws io.lota4j.LotaException with every number that is out of its range
        public Effort {
            new Ranges()
                    .atLeast(0, steps, "steps of a calibration")
                    .notNegative(lr, "learning rate of a calibration")
                    .atLeast(0, rows, "rows of a calibration")
                    .requireNone();
        }
    }
}
