package io.lota4j.internal.train;

import java.util.List;

/// What a run trains, and what it is to the model: all that tells one way of training from another.
///
/// Closing it frees what a run keeps beside the model.
public interface Parameters extends AutoCloseable {
    /// In the order in which norms are added up and states are written.
    List<Trainable> trainables();

    /// Makes their gradients of a pass's.
    StepGradients gradients();

    /// Has the model compute with the values that the trainables have now.
    void moved();

    @Override
    void close();
}
