package io.lota4j.train.attribution;

import io.lota4j.internal.model.Decoder;
import io.lota4j.mask.Mask;

/// abs(w) times the L2 norm, over all response tokens, of the feature that the weight multiplies: Wanda
/// (arXiv 2306.11695), on response tokens only as in arXiv 2402.05162. For matrices of layers.
public final class Wanda extends Attribution.OfRows {
    @Override
    public String name() {
        return "wanda";
    }

    @Override
    public String meaning() {
        return "the weight times the size of its inputs, from one pass over each row";
    }

    @Override
    public boolean keepsSums() {
        return false;
    }

    @Override
    Tally tally(Decoder decoder, Mask among) {
        return new InputTally(decoder, among);
    }
}
