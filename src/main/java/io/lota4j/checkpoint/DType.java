package io.lota4j.checkpoint;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import java.util.Arrays;

/// The element type of a stored tensor, named as safetensors names it.
public enum DType {
    /// IEEE binary64.
    F64(64),
    /// IEEE binary32.
    F32(32),
    /// IEEE binary16.
    F16(16),
    /// The upper half of an IEEE binary32.
    BF16(16),
    /// Signed, 64 bits.
    I64(64),
    /// Signed, 32 bits.
    I32(32),
    /// Signed, 16 bits.
    I16(16),
    /// Signed, 8 bits.
    I8(8),
    /// Unsigned, 64 bits.
    U64(64),
    /// Unsigned, 32 bits.
    U32(32),
    /// Unsigned, 16 bits.
    U16(16),
    /// Unsigned, 8 bits.
    U8(8),
    /// One byte, 0 or 1.
    BOOL(8),
    /// Complex, of two IEEE binary32.
    C64(64),
    /// 8 bits, 4 of them an exponent.
    F8_E4M3(8),
    /// 8 bits, 5 of them an exponent.
    F8_E5M2(8),
    /// 8 bits, an exponent alone.
    F8_E8M0(8),
    /// As [#F8_E4M3], without infinities and a zero of either sign.
    F8_E4M3FNUZ(8),
    /// As [#F8_E5M2], without infinities and a zero of either sign.
    F8_E5M2FNUZ(8),
    /// 6 bits, 2 of them an exponent; packed without gaps.
    F6_E2M3(6),
    /// 6 bits, 3 of them an exponent; packed without gaps.
    F6_E3M2(6),
    /// 4 bits, packed without gaps.
    F4(4);

    private final int bits;

    DType(int bits) {
        this.bits = bits;
    }

    /// Bits of one element.
    public int bits() {
        return bits;
    }

    /// Bytes of one element.
    ///
    /// @throws IllegalStateException when an element is less than a byte
    public int size() {
        if (bits < Byte.SIZE) {
            throw new IllegalStateException(this + " has elements of less than a byte");
        }
        return bits / Byte.SIZE;
    }

    /// Bytes of so many elements.
    ///
    /// @throws ArithmeticException when they do not fit a long or do not end with a byte
    public long bytes(long elements) {
        long whole = Math.multiplyExact(elements, bits);
        if (whole % Byte.SIZE != 0) {
            throw new ArithmeticException(elements + " elements of " + this + " do not end with a byte");
        }
        return whole / Byte.SIZE;
    }

    /// Whether elements are floating-point numbers that are computed with here, which weights are.
    public boolean isFloat() {
        return this == F64 || this == F32 || this == F16 || this == BF16;
    }

    /// Whether elements are whole numbers or truth values, as those of buffers are.
    public boolean isWhole() {
        return switch (this) {
            case I64, I32, I16, I8, U64, U32, U16, U8, BOOL -> true;
            case F64, F32, F16, BF16, C64 -> false;
            case F8_E4M3, F8_E5M2, F8_E8M0, F8_E4M3FNUZ, F8_E5M2FNUZ, F6_E2M3, F6_E3M2, F4 -> false;
        };
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
                "%s: unknown dtype '%s'; known are %s.", where, safetensorsName, Arrays.toString(values())));
    }
}
