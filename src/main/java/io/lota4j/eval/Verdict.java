package io.lota4j.eval;

/// How a generated answer compares with the reference.
public enum Verdict {
    /// The answers are equal but for white space and case.
    CORRECT,
    /// An answer was found, and it is another one.
    WRONG,
    /// The pattern is nowhere in the generated text: a lost format is not lost knowledge.
    UNPARSED
}
