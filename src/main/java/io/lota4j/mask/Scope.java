package io.lota4j.mask;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Suggestions;
import io.lota4j.internal.Text;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// Among which weights the trainable share is counted.
public enum Scope {
    /// The whole pool: some tensors may get many trainable weights and others none.
    GLOBAL,
    /// Each tensor gets the same share.
    TENSOR,
    /// Each output row of each tensor gets the same share. The rows lie along the first dimension; a vector is
    /// one row.
    ROW;

    /// The scope with a text form, upper or lower case.
    ///
    /// @throws LotaException when there is none, with the nearest
    public static Scope parse(String text) {
        List<String> known = Arrays.stream(values()).map(Scope::toString).toList();
        int index = known.indexOf(text.toLowerCase(Locale.ROOT));
        if (index < 0) {
            String hint = Suggestions.hint(text, known);
            throw new LotaException(
                    Text.format("Unknown scope '%s'; known are %s.%s", text, String.join(", ", known), hint));
        }
        return values()[index];
    }

    /// The lower-case name, which [#parse(String)] reads.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The words for one group of a tensor in a message.
    ///
    /// @param group its number, from 0
    public String where(String tensor, Shape shape, long group) {
        return groupLength(shape) == shape.numel()
                ? Text.format("tensor '%s'", tensor)
                : Text.format("row %d of tensor '%s'", group, tensor);
    }

    /// How many neighbouring elements of a tensor share one count; for [#GLOBAL] all of them, and the count goes on
    /// in the next tensor.
    public long groupLength(Shape shape) {
        return switch (this) {
            case GLOBAL, TENSOR -> shape.numel();
            case ROW -> shape.rank() < 2 || shape.numel() == 0 ? shape.numel() : shape.numel() / shape.dim(0);
        };
    }
}
