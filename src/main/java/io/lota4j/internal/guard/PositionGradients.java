package io.lota4j.internal.guard;

import io.lota4j.data.Example;
import io.lota4j.internal.train.AdaptedModel;
import io.lota4j.mask.Mask;
import io.lota4j.train.attribution.GradientShare;
import java.util.List;

/// How strongly the tokens of an answer pull at a model's weights: a pass back for each.
///
/// @param model with the weights that are asked
/// @param pool the weights whose gradient counts
public record PositionGradients(AdaptedModel model, Mask pool) {
    /// Norms of the gradients of the losses of the first labelled tokens, one a token.
    double[] of(Example row, int tokens) {
        double[] norms = new double[tokens];
        int found = 0;
        for (int token = 0; token < row.length() && found < tokens; token++) {
            if (row.labelled()[token]) {
                norms[found++] = of(row, token, new boolean[row.length()]);
            }
        }
        return norms;
    }

    private double of(Example row, int token, boolean[] only) {
        only[token] = true;
        Example one = new Example(row.row(), row.ids(), only, row.promptIds(), row.prompt(), row.answer());
        return GradientShare.of(model, pool, List.of(pool), List.of(one), (done, all, tokens) -> {}, () -> false)
                .orElseThrow()
                .getFirst()
                .norm();
    }
}
