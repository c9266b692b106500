package io.lota4j.train.attribution;

/// How far a brief fine-tune moved the weight: LoTA (arXiv 2406.16797).
public record Delta() implements Attribution.OfTraining {
    @Override
    public String name() {
        return "delta";
    }

    @Override
    public String meaning() {
        return "how far a brief fine-tune moves the weight";
    }

    @Override
    public boolean sumsSteps() {
        return false;
    }
}
