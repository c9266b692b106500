package io.lota4j.internal.gguf;

import io.lota4j.checkpoint.DType;
import io.lota4j.internal.checkpoint.Floats;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.stream.IntStream;

/// How GGUF stores the elements of a tensor.
public enum GgmlType {
    F32(0, 1, 4, 0),
    F16(1, 1, 2, 1),
    /// Blocks of 32 elements: a scale in F16, the largest magnitude over 127, and a whole number of 8 bits for each.
    Q8_0(8, 32, 34, 7),
    BF16(30, 1, 2, 32);

    private static final int Q8_MOST = 127;
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final int number;
    private final int block;
    private final int blockBytes;
    private final int fileType;

    GgmlType(int number, int block, int blockBytes, int fileType) {
        this.number = number;
        this.block = block;
        this.blockBytes = blockBytes;
        this.fileType = fileType;
    }

    /// What stands for it in a file.
    public int number() {
        return number;
    }

    /// What stands for a file most of whose tensors are of this.
    public int fileType() {
        return fileType;
    }

    /// Whether rows of so many elements are whole blocks.
    public boolean takesRowsOf(long columns) {
        return columns % block == 0;
    }

    /// Bytes of so many elements, which are whole blocks.
    public long bytes(long elements) {
        return Math.multiplyExact(elements / block, blockBytes);
    }

    /// Converts elements, rounding to nearest.
    ///
    /// @param floats F32, little-endian; whole blocks
    /// @param target as many elements of this type
    public void convert(MemorySegment floats, MemorySegment target) {
        switch (this) {
            case F32 -> target.copyFrom(floats);
            case F16 -> Floats.convert(DType.F32, floats, DType.F16, target);
            case BF16 -> Floats.convert(DType.F32, floats, DType.BF16, target);
            case Q8_0 -> {
                int blocks = Math.toIntExact(target.byteSize() / blockBytes);
                IntStream.range(0, blocks).parallel().forEach(index -> quantize(floats, target, index));
            }
        }
    }

    private void quantize(MemorySegment floats, MemorySegment target, long index) {
        long from = index * block * Float.BYTES;
        float largest = 0;
        for (int i = 0; i < block; i++) {
            largest = Math.max(largest, Math.abs(floats.get(FLOAT, from + (long) i * Float.BYTES)));
        }
        float scale = largest / Q8_MOST;
        float inverse = scale == 0 ? 0 : 1 / scale;
        Floats.set(DType.F16, target.asSlice(index * blockBytes, Short.BYTES), 0, scale);
        for (int i = 0; i < block; i++) {
            float scaled = floats.get(FLOAT, from + (long) i * Float.BYTES) * inverse;
            // Halves go away from zero.
            float rounded = (float) Math.copySign(Math.floor(Math.abs(scaled) + 0.5), scaled);
            target.set(ValueLayout.JAVA_BYTE, index * blockBytes + Short.BYTES + i, (byte) rounded);
        }
    }
}
