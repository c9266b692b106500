package io.lota4j.kernel;

import java.lang.foreign.MemorySegment;

/// The operations on one weight's masked entries. All segments are F32 in native order unless said; `count` is the
/// number of entries; compact segments hold `count` values in entry order.
///
/// Implementations keep no state and may be used by many threads on different weights.
public interface MaskedKernel {
    /// What provenance calls it.
    String name();

    /// `gradient[e] += dense[index[e]]`.
    ///
    /// @param dense the weight's whole gradient
    /// @param gradient compact
    void gatherAdd(MemorySegment dense, Entries entries, MemorySegment gradient);

    /// Sum of squares of `count` values, in F64.
    double sumOfSquares(MemorySegment values, long count);

    /// One optimizer step on the masked entries of `weights`; all other elements are left alone, bit for bit.
    ///
    /// @param gradient compact
    /// @param moments compact, updated
    /// @param weights the whole weight, updated in place
    void step(Update update, Entries entries, MemorySegment gradient, Moments moments, MemorySegment weights);
}
