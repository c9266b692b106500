package io.lota4j.internal.experiment;

/// One thing that is done so that what was known before stays. A new kind is a record in a file of its own,
/// a line here, and its keys in the recipe's reader.
public sealed interface Safeguard permits Mixing, Shrink {
    /// Whether it is done while a stage is trained. What is done after the training shares the training
    /// with runs that do without it.
    boolean whileTraining();

    /// In words, with all settings, for `run.json`.
    String text();
}
