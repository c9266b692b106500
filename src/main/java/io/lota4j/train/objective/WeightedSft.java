package io.lota4j.train.objective;

import java.util.List;

/// Supervised fine-tuning with the weights that rows give their tokens. The mean is over tokens or examples as without
/// weights: twice the weight is twice the gradient.
public record WeightedSft() implements Objective {
    static final Objectives.Definition DEFINITION =
            new Objectives.Definition("weighted", List.of(), values -> new WeightedSft());

    @Override
    public String name() {
        return DEFINITION.name();
    }

    @Override
    public boolean readsWeights() {
        return true;
    }

    @Override
    public boolean needsLosses() {
        return false;
    }

    @Override
    public double weigh(List<LabelledTokens> sequences, Figures figures) {
        LabelledTokens tokens = sequences.getFirst();
        double loss = 0;
        for (int token = 0; token < tokens.count(); token++) {
            tokens.weigh(token, tokens.importance(token));
            loss += tokens.importance(token) * tokens.loss(token);
        }
        return loss;
    }
}
