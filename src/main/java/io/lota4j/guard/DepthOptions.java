package io.lota4j.guard;

import io.lota4j.LotaException;

/// How a model is compared with the base along answers.
///
/// @param positions from the first token, at least 1
/// @param given whether along the rows' complying answers, not the model's own
/// @param gradient whether the norm of the gradient at each token is measured too: a pass back for each
public record DepthOptions(int positions, boolean given, boolean gradient) {
    /// @throws LotaException without a position
    public DepthOptions {
        if (positions < 1) {
            throw new LotaException("A comparison by position needs at least 1 position, found " + positions + ".");
        }
    }

    /// Along the model's own answers, without gradients.
    public static DepthOptions of(int positions) {
        return new DepthOptions(positions, false, false);
    }
}
