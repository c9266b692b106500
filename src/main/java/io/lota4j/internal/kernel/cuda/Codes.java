package io.lota4j.internal.kernel.cuda;

import io.lota4j.checkpoint.DType;

/// The numbers that kernels know types of weights by: `WeightType` in `masked.cuh`.
final class Codes {
    private Codes() {}

    static int of(DType type) {
        return switch (type) {
            case F32 -> 0;
            case BF16 -> 1;
            case F16 -> 2;
            default -> throw new IllegalArgumentException("weights are F32, BF16 or F16, not " + type);
        };
    }
}
