package io.lota4j.train.lora;

import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.train.Ranges;
import io.lota4j.internal.train.SettingsText;
import io.lota4j.mask.Pool;

/// What LoRA's ([arXiv 2106.09685](https://arxiv.org/abs/2106.09685)) factors are: every target matrix is used as
/// `W + alpha / rank * B A`.
///
/// @param rank of every factor, at least 1; lower for matrices that are smaller
/// @param alpha over 0 and finite
/// @param targets the matrices that get factors
public record LoraConfig(int rank, double alpha, Pool targets) {
    /// @throws io.lota4j.LotaException with everything that is out of its range
    public LoraConfig {
        Ranges ranges = new Ranges().atLeast(1, rank, "rank");
        if (!(alpha > 0) || Double.isInfinite(alpha)) {
            ranges.problem("LoRA's alpha must be over 0, found " + alpha + ".");
        }
        ranges.requireNone();
    }

    /// The settings as text, in [SettingsText]'s form; the default pool is left out.
    public String text() {
        return new SettingsText()
                .with("rank", Integer.toString(rank))
                .with("alpha", SettingsText.number(alpha))
                .with("pool", targets.toString(), Pool.standard().toString())
                .text();
    }

    /// The rank of the factors of a matrix.
    public int rank(Shape matrix) {
        return (int) Math.min(rank, Math.min(matrix.dim(0), matrix.dim(1)));
    }

    /// What the product of factors of this rank is multiplied with, as PEFT does: a matrix whose rank was reduced has
    /// a scale of its own.
    public float scale(int ownRank) {
        return (float) (alpha / ownRank);
    }
}
