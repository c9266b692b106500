package io.lota4j.train;

import io.lota4j.internal.train.Ranges;
import io.lota4j.internal.train.SettingsText;

/// Steps that each shard takes apart from the others, on values and with an optimizer's state of its own, before their
/// results are brought together: local SGD, as in DiLoCo (Douillard et al. 2023, arXiv 2311.08105). Machines then
/// exchange values once in so many steps, and not in each.
///
/// A round of H steps begins with the same values θ in every shard. What the shards have moved by is averaged,
/// Δ = 1/S · Σ (θ − θₛ), in their order, and taken for the gradient of one step of SGD with Nesterov momentum:
/// m ← μ·m + Δ, θ ← θ − η·(Δ + μ·m). The optimizers' states stay with their shards from round to round.
///
/// @param innerSteps H, at least 1; the last round is shorter where the run's steps are no multiple
/// @param outerLr η, over 0 and finite
/// @param outerMomentum μ, at least 0 and under 1
public record LocalSgd(int innerSteps, double outerLr, double outerMomentum) {
    /// The outer rate of the paper's experiments.
    public static final double OUTER_LR = 0.7;
    /// The outer momentum of the paper's experiments.
    public static final double OUTER_MOMENTUM = 0.9;

    /// @throws io.lota4j.LotaException with every setting that is out of its range
    public LocalSgd {
        new Ranges()
                .atLeast(1, innerSteps, "inner steps")
                .positive(outerLr, "outer learning rate")
                .kept(outerMomentum, "outer momentum")
                .requireNone();
    }

    /// With the paper's outer step.
    public LocalSgd(int innerSteps) {
        this(innerSteps, OUTER_LR, OUTER_MOMENTUM);
    }

    void addTo(SettingsText text) {
        text.with("inner-steps", Integer.toString(innerSteps))
                .with("outer-lr", outerLr, OUTER_LR)
                .with("outer-momentum", outerMomentum, OUTER_MOMENTUM);
    }
}
