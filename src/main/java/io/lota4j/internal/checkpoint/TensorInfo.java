package io.lota4j.internal.checkpoint;

import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;

/// What a header says about one tensor, checked against the file.
///
/// @param name its key in the header
/// @param dtype element type
/// @param shape dimensions; elements are row-major and little-endian
/// @param offset of the first byte, from the start of the file
/// @param bytes length: elements times bytes of one
public record TensorInfo(String name, DType dtype, Shape shape, long offset, long bytes) {}
