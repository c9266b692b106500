package io.lota4j.internal.gguf;

import io.lota4j.checkpoint.Shape;
import java.lang.foreign.MemorySegment;

/// A tensor of a GGUF file, made only when its turn comes.
///
/// @param shape rows first, as safetensors has it; the file has it the other way round
/// @param writer fills all elements as F32, little-endian and row-major
public record GgufTensor(String name, Shape shape, GgmlType type, Floats writer) {
    /// Fills memory with a tensor's elements.
    @FunctionalInterface
    public interface Floats {
        /// @param target F32 for every element
        void writeTo(MemorySegment target);
    }

    /// Bytes in the file, without what is put behind them.
    public long bytes() {
        return type.bytes(shape.numel());
    }
}
