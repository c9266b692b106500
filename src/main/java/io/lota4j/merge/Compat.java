package io.lota4j.merge;

/// Whose reading of a method is followed where the paper and the programs disagree.
public enum Compat {
    /// The paper that introduced the method, or the code published with it.
    PAPER,
    /// mergekit.
    MERGEKIT,
    /// PEFT's merging of adapters.
    PEFT
}
