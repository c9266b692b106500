package io.lota4j.internal.checkpoint;

import io.lota4j.checkpoint.DType;
import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;

/// Stored floating-point elements.
///
/// @param dtype a float type
/// @param bytes whole elements, little-endian
public record Elements(DType dtype, MemorySegment bytes) {
    private static final int BLOCK = 1 << 14;
    private static final int INFINITE = Float.floatToIntBits(Float.POSITIVE_INFINITY);

    public static Elements of(float[] values) {
        return new Elements(DType.F32, MemorySegment.ofArray(values));
    }

    public long count() {
        return bytes.byteSize() / dtype.size();
    }

    /// @param from index of the first element
    /// @param count how many
    /// @param into filled from its start
    public void read(long from, int count, float[] into) {
        read(from, count, MemorySegment.ofArray(into));
    }

    private void read(long from, int count, MemorySegment into) {
        MemorySegment piece = bytes.asSlice(from * dtype.size(), (long) count * dtype.size());
        Floats.toF32(dtype, piece, into.asSlice(0, (long) count * Float.BYTES));
    }

    public float[] toArray() {
        float[] all = new float[Math.toIntExact(count())];
        read(0, all.length, all);
        return all;
    }

    /// The index of the first NaN or infinity.
    public OptionalLong firstNotFinite() {
        int[] block = new int[(int) Math.min(BLOCK, count())];
        for (long from = 0; from < count(); from += block.length) {
            int size = (int) Math.min(block.length, count() - from);
            read(from, size, MemorySegment.ofArray(block));
            if (largest(block, size) >= INFINITE) {
                int i = 0;
                while ((block[i] & Integer.MAX_VALUE) < INFINITE) {
                    i++;
                }
                return OptionalLong.of(from + i);
            }
        }
        return OptionalLong.empty();
    }

    /// The largest magnitude, as a float's bits; those of infinity and NaN are larger than all others.
    private static int largest(int[] bits, int count) {
        int largest = 0;
        for (int i = 0; i < count; i++) {
            largest = Math.max(largest, bits[i] & Integer.MAX_VALUE);
        }
        return largest;
    }
}
