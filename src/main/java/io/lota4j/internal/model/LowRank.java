package io.lota4j.internal.model;

import ai.djl.pytorch.engine.PtNDArray;

/// Two factors whose product `B A` has the shape of a weight, or the gradients of the two.
///
/// @param a F32, contiguous, `[rank, in]`
/// @param b F32, contiguous, `[out, rank]`
public record LowRank(PtNDArray a, PtNDArray b) {}
