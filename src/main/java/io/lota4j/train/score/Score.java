package io.lota4j.train.score;

import java.util.Locale;

/// What a mask's weights are chosen by: those with the highest score are trained.
///
/// `L` is the negative log-probability of an example's response in nats, summed over its tokens.
public enum Score {
    /// How far a brief fine-tune moved the weight: LoTA (arXiv 2406.16797). It takes training, see
    /// [io.lota4j.train.Job#calibrated].
    DELTA,
    /// abs(w): no data.
    MAGNITUDE,
    /// Mean over the examples of abs(w * dL/dw): SNIP (arXiv 1810.02340), one example at a time as in the study
    /// of safety-critical weights (arXiv 2402.05162).
    SNIP,
    /// abs(w) times the L2 norm, over all response tokens, of the feature that the weight multiplies: Wanda
    /// (arXiv 2306.11695), on response tokens only as in arXiv 2402.05162. For matrices of layers.
    WANDA,
    /// Mean over the examples of the squared dL/dw: the diagonal of the empirical Fisher information, as in
    /// FISH masks (arXiv 2111.09839).
    FISHER;

    /// Whether examples are needed.
    public boolean takesData() {
        return this != MAGNITUDE;
    }

    /// Whether weights are trained to find it.
    public boolean trains() {
        return this == DELTA;
    }

    /// The lower-case name.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
