package io.lota4j.data;

/// Which tokens of a row carry loss, and how much each counts.
///
/// @param on which turns of the assistant carry loss, of those that the row itself does not exclude
/// @param weighted whether the weights of rows and turns are factors of their tokens' loss; else rows' weights are not
///     read, and a turn's is 0 or 1
public record Labels(LossOn on, boolean weighted) {
    /// All turns of the assistant, whose tokens count the same.
    public static final Labels USUAL = new Labels(LossOn.ALL, false);

    /// Which turns of the assistant carry loss.
    public enum LossOn {
        /// Every one.
        ALL,
        /// The last one.
        LAST
    }
}
