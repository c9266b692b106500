package io.lota4j.internal.events;

/// A point of a curve.
///
/// @param tag which curve, such as `train/loss`; TensorBoard groups by what is before the slash
/// @param value kept as a 32-bit float
public record Scalar(String tag, double value) {}
