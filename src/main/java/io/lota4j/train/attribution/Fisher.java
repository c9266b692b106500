package io.lota4j.train.attribution;

import io.lota4j.internal.Text;
import io.lota4j.internal.model.Decoder;
import io.lota4j.internal.train.Ranges;
import io.lota4j.mask.Mask;

/// Mean over groups of examples of the squared gradient of a group's mean loss. With groups of one example, the
/// default, it is the diagonal of the empirical Fisher information, as in FISH masks (arXiv 2111.09839). In larger
/// groups what examples disagree about cancels, as it does in a batch of a training: what is left is nearer to the
/// square of the gradient that a training follows.
///
/// The examples of a group are neighbours in the data; the last group may be smaller, and counts as much.
public final class Fisher extends Attribution.OfRows {
    private final int group;

    /// Of single examples.
    public Fisher() {
        this(1);
    }

    /// @param group examples whose mean loss's gradient is squared, at least 1; with more than 1 another F32 value is
    ///     kept for each weight
    /// @throws io.lota4j.LotaException if it is under 1
    public Fisher(int group) {
        new Ranges().atLeast(1, group, "examples of a group").requireNone();
        this.group = group;
    }

    @Override
    public String name() {
        return "fisher";
    }

    @Override
    public String meaning() {
        return group == 1
                ? "the squared gradient, from one pass over each row"
                : Text.format("the squared gradient of the mean loss of %,d rows at a time", group);
    }

    @Override
    public int group() {
        return group;
    }

    @Override
    public boolean keepsSums() {
        return true;
    }

    @Override
    Tally tally(Decoder decoder, Mask among) {
        return new GradientTally(decoder, among, Elements::addSquares, false, group > 1);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Fisher fisher && fisher.group == group;
    }

    @Override
    public int hashCode() {
        return group;
    }
}
