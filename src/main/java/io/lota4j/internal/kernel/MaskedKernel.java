package io.lota4j.internal.kernel;

import io.lota4j.checkpoint.DType;
import io.lota4j.internal.memory.Buffer;

/// The operations on one weight matrix's masked entries.
///
/// Buffers are F32 in native order unless said; `count` is the number of entries; compact buffers hold `count`
/// values in entry order. No two buffers of a call may overlap. A call may use all cores; what it yields does not
/// depend on how many there are. Any number of threads may call at once, for different weights.
public interface MaskedKernel extends AutoCloseable {
    /// What the command line and provenance call it: one word.
    String name();

    /// What it runs on, for the run's log: the vector width or the card.
    String description();

    /// The density from which a dense product with [#gatherAdd] is faster than [#sddmm]; 0 if it always is.
    double denseFrom();

    /// `values[e] = dense[index[e]]`.
    ///
    /// @param dense the whole weight, or its whole gradient
    /// @param values compact
    void gather(Buffer dense, Entries entries, Buffer values);

    /// `gradient[e] += dense[index[e]]`.
    ///
    /// @param dense the weight's whole gradient
    /// @param gradient compact
    void gatherAdd(Buffer dense, Entries entries, Buffer gradient);

    /// `weights[index[e]] = values[e]`, rounded to nearest, ties to even; all other elements keep their bits.
    ///
    /// @param values compact
    /// @param type of the weights: F32, BF16 or F16
    /// @param weights the whole weight
    void scatter(Buffer values, Entries entries, DType type, Buffer weights);

    /// A sampled dense-dense product (SDDMM): `gradient[e] += Σₜ dy[t, i] · x[t, j]` for the element (i, j) of each
    /// entry of a weight `[dy.features, x.features]`.
    ///
    /// @param x the linear layer's inputs
    /// @param dy gradients of its outputs, as many tokens
    /// @param gradient compact
    void sddmm(Activations x, Activations dy, Entries entries, Buffer gradient);

    /// Sum of squares of `count` values, in F64.
    double sumOfSquares(Buffer values, long count);

    /// One optimizer step on the masked entries: masters move, working weights become the rounded masters; all other
    /// elements keep their bits.
    ///
    /// @param gradient compact
    /// @param moments compact, updated
    void step(Update update, Entries entries, Buffer gradient, Moments moments, WorkingWeights weights);

    /// Frees what the kernel holds.
    @Override
    default void close() {}
}
