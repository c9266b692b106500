package io.lota4j.internal.ticket;

import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;

/// The shape of a tensor and what the base keeps it as.
///
/// @param baseType F32, BF16 or F16
public record TensorLayout(Shape shape, DType baseType) {}
