package io.lota4j.internal.checkpoint;

import io.lota4j.checkpoint.DType;
import io.lota4j.internal.Text;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Conversions between stored floating-point elements and Java's float.
///
/// Narrowing rounds to nearest, ties to even; values out of range become infinite and NaN stays NaN. Widening and
/// narrowing again gives every bit back, those of a signalling NaN too. Elements are little-endian and need no
/// alignment.
public final class Floats {
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// Elements that are converted at once; even.
    private static final int BLOCK = 1 << 12;

    private static final int BF16_PAYLOAD = 0x7F;
    private static final int BF16_QUIET = 0x40;

    private static final int F16_SIGN = 0x8000;
    private static final int F16_INFINITE = 0x7C00;
    private static final int F16_PAYLOAD = 0x3FF;
    private static final int F16_QUIET = 0x200;
    /// A float has so many more bits behind the point.
    private static final int F16_SHIFT = 13;

    private Floats() {}

    /// The value of a BF16: exact.
    public static float bf16ToFloat(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /// The nearest BF16. Every BF16, NaN included, comes back from its float unchanged.
    public static short floatToBf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            int upper = bits >>> 16;
            // A NaN whose payload is in the lower half only would become infinite.
            return (short) ((upper & BF16_PAYLOAD) == 0 ? upper | BF16_QUIET : upper);
        }
        return (short) ((bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16);
    }

    /// The value of an F16: exact. The processor's own conversion would make a signalling NaN a quiet one.
    public static float f16ToFloat(short bits) {
        if ((bits & ~F16_SIGN & 0xFFFF) <= F16_INFINITE) {
            return Float.float16ToFloat(bits);
        }
        int infinite = Float.floatToRawIntBits(Float.POSITIVE_INFINITY);
        return Float.intBitsToFloat((bits & F16_SIGN) << Short.SIZE | infinite | (bits & F16_PAYLOAD) << F16_SHIFT);
    }

    /// The nearest F16. Every F16, NaN included, comes back from its float unchanged.
    public static short floatToF16(float value) {
        if (!Float.isNaN(value)) {
            return Float.floatToFloat16(value);
        }
        int bits = Float.floatToRawIntBits(value);
        int payload = bits >>> F16_SHIFT & F16_PAYLOAD;
        int sign = bits >>> Short.SIZE & F16_SIGN;
        // A NaN whose payload is in the lower bits only would become infinite.
        return (short) (sign | F16_INFINITE | (payload == 0 ? F16_QUIET : payload));
    }

    /// One element as a float.
    ///
    /// @param index in elements
    /// @throws IllegalArgumentException when the dtype is no float
    public static float get(DType dtype, MemorySegment segment, long index) {
        return switch (dtype) {
            case F32 -> segment.get(FLOAT, index * Float.BYTES);
            case BF16 -> bf16ToFloat(segment.get(SHORT, index * Short.BYTES));
            case F16 -> f16ToFloat(segment.get(SHORT, index * Short.BYTES));
            case F64 -> (float) segment.get(DOUBLE, index * Double.BYTES);
            default -> throw notFloat(dtype);
        };
    }

    /// Stores a float as one element, rounded to the dtype.
    ///
    /// @param index in elements
    /// @throws IllegalArgumentException when the dtype is no float
    public static void set(DType dtype, MemorySegment segment, long index, float value) {
        switch (dtype) {
            case F32 -> segment.set(FLOAT, index * Float.BYTES, value);
            case BF16 -> segment.set(SHORT, index * Short.BYTES, floatToBf16(value));
            case F16 -> segment.set(SHORT, index * Short.BYTES, floatToF16(value));
            case F64 -> segment.set(DOUBLE, index * Double.BYTES, value);
            default -> throw notFloat(dtype);
        }
    }

    /// All elements as floats.
    ///
    /// @param src whole elements of the dtype
    /// @param dstF32 room for as many floats
    /// @throws IllegalArgumentException when the dtype is no float or the sizes differ
    public static void toF32(DType from, MemorySegment src, MemorySegment dstF32) {
        long count = count(from, src, dstF32);
        switch (from) {
            case F32 -> dstF32.copyFrom(src);
            case BF16 -> widen(src, dstF32, count);
            case F16 -> {
                for (long i = 0; i < count; i++) {
                    dstF32.set(FLOAT, i * Float.BYTES, f16ToFloat(src.get(SHORT, i * Short.BYTES)));
                }
            }
            case F64 -> {
                for (long i = 0; i < count; i++) {
                    dstF32.set(FLOAT, i * Float.BYTES, (float) src.get(DOUBLE, i * Double.BYTES));
                }
            }
            default -> throw notFloat(from);
        }
    }

    /// All floats as elements, rounded to the dtype.
    ///
    /// @param srcF32 whole floats
    /// @param dst room for as many elements
    /// @throws IllegalArgumentException when the dtype is no float or the sizes differ
    public static void fromF32(MemorySegment srcF32, DType to, MemorySegment dst) {
        long count = count(to, dst, srcF32);
        switch (to) {
            case F32 -> dst.copyFrom(srcF32);
            case BF16 -> narrow(srcF32, dst, count);
            case F16 -> {
                for (long i = 0; i < count; i++) {
                    dst.set(SHORT, i * Short.BYTES, floatToF16(srcF32.get(FLOAT, i * Float.BYTES)));
                }
            }
            case F64 -> {
                for (long i = 0; i < count; i++) {
                    dst.set(DOUBLE, i * Double.BYTES, srcF32.get(FLOAT, i * Float.BYTES));
                }
            }
            default -> throw notFloat(to);
        }
    }

    /// All elements as those of another dtype, rounded where it is narrower.
    ///
    /// @param src whole elements of the first dtype
    /// @param dst room for as many of the second
    /// @throws IllegalArgumentException when a dtype is no float or the sizes do not belong together
    public static void convert(DType from, MemorySegment src, DType to, MemorySegment dst) {
        if (from == to) {
            dst.copyFrom(src);
            return;
        }
        MemorySegment block = MemorySegment.ofArray(new float[BLOCK]);
        long count = src.byteSize() / from.size();
        for (long done = 0; done < count; done += BLOCK) {
            long size = Math.min(BLOCK, count - done);
            MemorySegment floats = block.asSlice(0, size * Float.BYTES);
            toF32(from, src.asSlice(done * from.size(), size * from.size()), floats);
            fromF32(floats, to, dst.asSlice(done * to.size(), size * to.size()));
        }
    }

    private static void widen(MemorySegment src, MemorySegment dst, long count) {
        long done = 0;
        while (done + 1 < count) {
            int pairs = (int) Math.min(count - done, BLOCK) / 2;
            Bf16Pairs.widen(src.asSlice(done * Short.BYTES), dst.asSlice(done * Float.BYTES), pairs);
            done += 2L * pairs;
        }
        for (long i = done; i < count; i++) {
            set(DType.F32, dst, i, get(DType.BF16, src, i));
        }
    }

    private static void narrow(MemorySegment src, MemorySegment dst, long count) {
        long done = 0;
        while (done < count) {
            int block = (int) Math.min(count - done, BLOCK);
            MemorySegment floats = src.asSlice(done * Float.BYTES);
            MemorySegment elements = dst.asSlice(done * Short.BYTES);
            int pairs = Bf16Pairs.hasNaN(floats, block / 2) ? 0 : block / 2;
            Bf16Pairs.narrow(floats, elements, pairs);
            for (int i = 2 * pairs; i < block; i++) {
                set(DType.BF16, elements, i, get(DType.F32, floats, i));
            }
            done += block;
        }
    }

    private static long count(DType dtype, MemorySegment elements, MemorySegment floats) {
        if (!dtype.isFloat()) {
            throw notFloat(dtype);
        }
        long count = elements.byteSize() / dtype.size();
        if (elements.byteSize() != count * dtype.size() || floats.byteSize() != count * Float.BYTES) {
            throw new IllegalArgumentException(Text.format(
                    "%d bytes of %s do not match %d bytes of F32", elements.byteSize(), dtype, floats.byteSize()));
        }
        return count;
    }

    private static IllegalArgumentException notFloat(DType dtype) {
        return new IllegalArgumentException(dtype + " is no floating-point type");
    }
}
