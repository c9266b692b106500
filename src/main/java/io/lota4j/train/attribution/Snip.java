package io.lota4j.train.attribution;

import io.lota4j.internal.model.Decoder;
import io.lota4j.mask.Mask;

/// Mean over the examples of abs(w * dL/dw): SNIP (arXiv 1810.02340), one example at a time as in the study
/// of safety-critical weights (arXiv 2402.05162).
public final class Snip extends Attribution.OfRows {
    @Override
    public String name() {
        return "snip";
    }

    @Override
    public String meaning() {
        return "the weight times its gradient, from one pass over each row";
    }

    @Override
    public boolean keepsSums() {
        return true;
    }

    @Override
    Tally tally(Decoder decoder, Mask among) {
        return new GradientTally(decoder, among, Elements::addMagnitudes, true, false);
    }
}
