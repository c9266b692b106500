package io.lota4j.internal.merge;

/// Learns something from all tensors of a merge, in several rounds:
///
/// ```
/// while (!survey.done()) {
///     for (tensor : tensors in ascending order of name) survey.visit(tensor);
///     survey.endRound();
/// }
/// ```
public interface Survey {
    /// Whether everything is known.
    boolean done();

    /// Looks at one tensor; each is visited once in a round, all in the same order.
    void visit(TensorPieces tensor);

    /// Ends a round in which all tensors were visited.
    void endRound();
}
