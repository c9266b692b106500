package io.lota4j.internal.kernel.vector;

import static io.lota4j.internal.kernel.vector.Memory.getFloat;
import static io.lota4j.internal.kernel.vector.Memory.getInt;
import static io.lota4j.internal.kernel.vector.Memory.setFloat;
import static io.lota4j.internal.kernel.vector.Memory.setShort;

import io.lota4j.checkpoint.DType;
import io.lota4j.internal.checkpoint.Floats;

/// Values to where an index points, rounded to the weight's type.
final class Scatters {
    private Scatters() {}

    /// @param index address of `count` indices
    static void scatter(DType type, long values, long index, long count, long weights) {
        switch (type) {
            case F32 -> {
                for (long e = 0; e < count; e++) {
                    setFloat(weights + 4L * getInt(index + 4 * e), getFloat(values + 4 * e));
                }
            }
            case BF16 -> {
                for (long e = 0; e < count; e++) {
                    setShort(weights + 2L * getInt(index + 4 * e), Floats.floatToBf16(getFloat(values + 4 * e)));
                }
            }
            case F16 -> {
                for (long e = 0; e < count; e++) {
                    setShort(weights + 2L * getInt(index + 4 * e), Float.floatToFloat16(getFloat(values + 4 * e)));
                }
            }
            default -> throw unknown(type);
        }
    }

    /// `count` values to as many weights side by side.
    static void all(DType type, long values, long count, long weights) {
        switch (type) {
            case F32 -> Gathers.copy(values, count, weights);
            case BF16 -> Bf16.convert(values, count, weights);
            case F16 -> {
                for (long e = 0; e < count; e++) {
                    setShort(weights + 2 * e, Float.floatToFloat16(getFloat(values + 4 * e)));
                }
            }
            default -> throw unknown(type);
        }
    }

    private static IllegalArgumentException unknown(DType type) {
        return new IllegalArgumentException("weights are F32, BF16 or F16, not " + type);
    }
}
