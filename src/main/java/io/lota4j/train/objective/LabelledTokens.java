package io.lota4j.train.objective;

/// The labelled tokens of one sequence, as a part of arrays with those of a whole batch.
///
/// @param losses negative log-probability (nats) of each token
/// @param reference log-probability (nats) of each under the weights that the run started from
/// @param importance weight that the row gives each, 1 where it says none
/// @param places place of each in its answer, 1, 2, …; every answer of a chat begins again
/// @param weights to be set: derivative of the objective by the token's loss
/// @param from the first token's place in the arrays
/// @param count how many tokens
@SuppressWarnings("ArrayRecordComponent") // shared on purpose
public record LabelledTokens(
        float[] losses, float[] reference, float[] importance, int[] places, float[] weights, int from, int count) {
    /// Negative log-probability of a token, nats.
    public double loss(int token) {
        return losses[from + token];
    }

    /// Log-probability of a token under the weights that the run started from, nats.
    public double reference(int token) {
        return reference[from + token];
    }

    /// The weight that the row gives a token.
    public double importance(int token) {
        return importance[from + token];
    }

    /// The place of a token in its answer, from 1.
    public int place(int token) {
        return places[from + token];
    }

    /// Sets the weight of a token.
    public void weigh(int token, double weight) {
        weights[from + token] = (float) weight;
    }

    /// Sets the same weight for all tokens.
    public void weighAll(double weight) {
        for (int token = 0; token < count; token++) {
            weigh(token, weight);
        }
    }

    /// Sum of the tokens' losses, nats.
    public double loss() {
        double sum = 0;
        for (int token = 0; token < count; token++) {
            sum += loss(token);
        }
        return sum;
    }

    /// How much more probable the sequence is than it was at the start: the log of the ratio, nats.
    public double logRatio() {
        double sum = 0;
        for (int token = 0; token < count; token++) {
            sum -= loss(token) + reference(token);
        }
        return sum;
    }
}
