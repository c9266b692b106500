package io.lota4j.internal.kernel;

import io.lota4j.checkpoint.DType;
import io.lota4j.internal.memory.Buffer;
import org.jspecify.annotations.Nullable;

/// The weights that a model computes with, and the values that training adds to.
///
/// @param memory the whole weight, row-major
/// @param type F32, BF16 or F16
/// @param master F32, compact, in entry order; null where the working weights, then F32, are the masters themselves
public record WorkingWeights(
        Buffer memory, DType type, @Nullable Buffer master) {
    public WorkingWeights {
        if (type != DType.F32 && type != DType.BF16 && type != DType.F16) {
            throw new IllegalArgumentException("working weights are F32, BF16 or F16, not " + type);
        }
        if (master == null && type != DType.F32) {
            throw new IllegalArgumentException(type + " weights need F32 masters");
        }
    }

    /// F32 weights that are their own masters.
    public static WorkingWeights inPlace(Buffer memory) {
        return new WorkingWeights(memory, DType.F32, null);
    }
}
