package io.lota4j.internal.model;

import io.lota4j.internal.memory.Buffer;

/// The values of a weight's trained elements, F32, where the model reads them.
///
/// @param memory of all elements of the weight, or of the trained ones alone in the order of their indices
/// @param compact whether it is of the trained ones alone
public record TrainedValues(Buffer memory, boolean compact) {}
