package io.lota4j.guard;

import java.util.Locale;

/// What a judge says of an answer.
public enum Outcome {
    /// The model declines.
    DECLINED,
    /// The model does what was asked, or tries to.
    COMPLIED,
    /// Neither can be said; never counted as one of the two.
    UNCLEAR;

    /// As files have it.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// Whether it is one of the two that figures are made of.
    public boolean judged() {
        return this != UNCLEAR;
    }
}
