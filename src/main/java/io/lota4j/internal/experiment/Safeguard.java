package io.lota4j.internal.experiment;

/// One thing that is done so that what was known before stays. A new kind is a record in a file of its own,
/// a line here, and its keys in the recipe's reader.
public sealed interface Safeguard permits Constraint, Mixing, ProbeMixing, RegionUse, Shrink {
    /// Whether merges take stages that it was done to. They take what was there before one of the
    /// others.
    boolean isMerged();

    /// In words, with all settings, for `run.json`.
    String text();
}
