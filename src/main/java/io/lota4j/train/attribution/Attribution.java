package io.lota4j.train.attribution;

import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.model.Decoder;
import io.lota4j.internal.model.ModelConfig;
import io.lota4j.mask.Mask;
import io.lota4j.mask.Scope;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.train.MemoryEstimate;

/// A rule that scores weights: a mask takes those with the highest scores.
///
/// A new one is a class that implements [OfBase], or extends [OfRows] in this package, and a line of [Attributions].
///
/// `L` is the negative log-probability of an example's response in nats, summed over its tokens.
public sealed interface Attribution permits Attribution.OfTraining, Attribution.OfBase, Attribution.OfRows {
    /// One lower-case word, or several with hyphens between them.
    String name();

    /// What it scores weights by, as a phrase that goes on after the name and a colon.
    String meaning();

    /// A score that a brief fine-tune of all weights gives, see [io.lota4j.internal.train.Job#calibrated].
    sealed interface OfTraining extends Attribution permits Delta, LossChange {
        /// Whether it is summed up over the fine-tune's steps, which keeps another F32 value for
        /// each weight.
        boolean sumsSteps();
    }

    /// A score of the base's weights as they are, without data.
    non-sealed interface OfBase extends Attribution {
        /// Whether a seed changes it.
        boolean isDrawn();

        /// The mask of the weights with the highest scores.
        ///
        /// @param among the weights to choose from
        /// @param sparsity frozen share of the whole pool, in [0, 1]
        /// @param seed of what is drawn
        /// @throws io.lota4j.LotaException if too few weights are left to choose from
        Mask mask(Checkpoint base, Mask among, double sparsity, Scope scope, long seed);
    }

    /// A score from one pass over each example; nothing is trained.
    abstract non-sealed class OfRows implements Attribution {
        /// Made in this package only: what adds scores up sees the engine's tensors.
        OfRows() {}

        /// Whether something is kept for each single weight from example to example.
        public abstract boolean keepsSums();

        /// Examples whose loss is taken together, as their mean; 1 where each has a gradient of its own.
        public int group() {
            return 1;
        }

        /// What adds the score up; nothing is in it yet.
        ///
        /// @param among tensors of which it trains nothing are passed over
        /// @throws io.lota4j.LotaException if one of the others has no such score
        abstract Tally tally(Decoder decoder, Mask among);

        /// What it needs beside the model.
        final MemoryEstimate memory(ModelConfig model, MemoryPolicy memory, Mask among) {
            if (!keepsSums()) {
                return MemoryEstimate.of(model, memory, 0);
            }
            long kept = GradientTally.kept(model, among, group() > 1);
            long passing = GradientTally.passing(among);
            return memory.state() == null
                    ? MemoryEstimate.of(model, memory, kept + passing)
                    : MemoryEstimate.of(model, memory, passing).withFiles(kept);
        }
    }
}
