package io.lota4j.train.objective;

import java.util.List;

/// Supervised fine-tuning: every labelled token counts the same, so that the loss is their cross entropy.
public record Sft() implements Objective {
    static final Objectives.Definition DEFINITION = new Objectives.Definition("sft", List.of(), values -> new Sft());

    @Override
    public String name() {
        return DEFINITION.name();
    }

    @Override
    public boolean needsLosses() {
        return false;
    }

    @Override
    public double weigh(List<LabelledTokens> sequences, Figures figures) {
        sequences.getFirst().weighAll(1);
        return sequences.getFirst().loss();
    }
}
