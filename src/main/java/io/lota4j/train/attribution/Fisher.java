package io.lota4j.train.attribution;

import io.lota4j.internal.model.Decoder;
import io.lota4j.mask.Mask;

/// Mean over the examples of the squared dL/dw: the diagonal of the empirical Fisher information, as in
/// FISH masks (arXiv 2111.09839).
public final class Fisher extends Attribution.OfRows {
    @Override
    public String name() {
        return "fisher";
    }

    @Override
    public String meaning() {
        return "the squared gradient, from one pass over each row";
    }

    @Override
    public boolean keepsSums() {
        return true;
    }

    @Override
    Tally tally(Decoder decoder, Mask among) {
        return new GradientTally(decoder, among, Elements::addSquares, false);
    }
}
