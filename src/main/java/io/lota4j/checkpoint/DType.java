package io.lota4j.checkpoint;

import io.lota4j.LotaException;
import io.lota4j.Text;
import java.util.Arrays;

/// The element type of a stored tensor, named as safetensors names it.
public enum DType {
    /// IEEE binary64.
    F64(8),
    /// IEEE binary32.
    F32(4),
    /// IEEE binary16.
    F16(2),
    /// The upper half of an IEEE binary32.
    BF16(2),
    /// Signed, 64 bits.
    I64(8),
    /// Signed, 32 bits.
    I32(4),
    /// Signed, 16 bits.
    I16(2),
    /// Signed, 8 bits.
    I8(1),
    /// Unsigned, 8 bits.
    U8(1),
    /// One byte, 0 or 1.
    BOOL(1);

    private final int size;

    DType(int size) {
        this.size = size;
    }

    /// Bytes of one element.
    public int size() {
        return size;
    }

    /// Whether elements are floating-point numbers, which weights are.
    public boolean isFloat() {
        return this == F64 || this == F32 || this == F16 || this == BF16;
    }

    /// The dtype with a safetensors name.
    ///
    /// @param safetensorsName such as `BF16`
    /// @param where the file and tensor, for the message
    /// @throws LotaException when no such dtype is known
    public static DType of(String safetensorsName, String where) {
        for (DType dtype : values()) {
            if (dtype.name().equals(safetensorsName)) {
                return dtype;
            }
        }
        throw new LotaException(Text.format(
                "%s: unknown dtype `%s`; known are %s.", where, safetensorsName, Arrays.toString(values())));
    }
}
