package io.lota4j.internal.checkpoint;

import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// A tensor that can be written to a file, produced only when its turn comes.
///
/// @param name its key in the header
/// @param dtype element type
/// @param shape dimensions
/// @param writer fills the tensor's bytes, row-major and little-endian
public record TensorSource(String name, DType dtype, Shape shape, SegmentWriter writer) {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// Fills memory with a tensor's bytes.
    @FunctionalInterface
    public interface SegmentWriter {
        /// @param target exactly the tensor's bytes; every one of them must be written
        /// @throws IOException when the source cannot be read
        void writeTo(MemorySegment target) throws IOException;
    }

    /// Bytes that are in memory already. F32 arrays have their order where the machine's is little-endian.
    record Ready(MemorySegment bytes) implements SegmentWriter {
        @Override
        public void writeTo(MemorySegment target) {
            target.copyFrom(bytes);
        }
    }

    /// Bytes of the whole tensor.
    public long bytes() {
        return dtype.bytes(shape.numel());
    }

    /// An F32 tensor.
    ///
    /// @param values as many as the shape has elements; not copied
    public static TensorSource ofFloats(String name, Shape shape, float[] values) {
        if (ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) {
            return ofSegment(name, DType.F32, shape, MemorySegment.ofArray(values));
        }
        return checked(
                new TensorSource(
                        name,
                        DType.F32,
                        shape,
                        target -> MemorySegment.copy(values, 0, target, FLOAT, 0, values.length)),
                (long) values.length * Float.BYTES);
    }

    /// A tensor of any dtype.
    ///
    /// @param bytes row-major and little-endian; not copied
    public static TensorSource ofBytes(String name, DType dtype, Shape shape, byte[] bytes) {
        return ofSegment(name, dtype, shape, MemorySegment.ofArray(bytes));
    }

    /// A tensor of any dtype.
    ///
    /// @param bytes row-major and little-endian; not copied
    public static TensorSource ofSegment(String name, DType dtype, Shape shape, MemorySegment bytes) {
        return checked(new TensorSource(name, dtype, shape, new Ready(bytes)), bytes.byteSize());
    }

    private static TensorSource checked(TensorSource source, long bytes) {
        if (source.bytes() != bytes) {
            throw new IllegalArgumentException(Text.format(
                    "tensor %s: %s %s takes %d bytes, given are %d",
                    source.name, source.dtype, source.shape, source.bytes(), bytes));
        }
        return source;
    }
}
