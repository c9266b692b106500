package io.lota4j.train;

/// Hears of a run, on the training thread.
@FunctionalInterface
public interface Listener {
    /// Called once before the first step, when everything is ready for it.
    ///
    /// @param from the state that the run starts from: that of a resumed run, or step 0
    default void begin(RunState from) {}

    /// Called after every step.
    void step(Progress progress);

    /// Called after the held-out rows were scored, which is after the step whose weights they were scored with.
    default void heldOut(HeldOutLoss score) {}

    /// Called while the held-out rows are scored.
    ///
    /// @param done rows scored
    /// @param all rows in all
    default void scoring(int done, int all) {}

    /// Called while log-probabilities under the weights that the run starts from are computed, before the first step.
    ///
    /// @param done rows of which they are known
    /// @param all rows in all
    default void reference(int done, int all) {}

    /// Called while the model that the run starts from answers the prompts that are mixed in, before the first step.
    ///
    /// @param done prompts that are answered
    /// @param all prompts in all
    default void answers(int done, int all) {}

    /// Hears of what may be wrong with the run, which goes on: a learning rate out of the usual, a loss that runs away.
    ///
    /// @param sentence for people
    default void warn(String sentence) {
        // Who does not listen is not told.
    }
}
