package io.lota4j.train.score;

import io.lota4j.checkpoint.Shape;
import io.lota4j.mask.Mask;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.TreeMap;

/// Memory that the scores of one tensor after another go through.
final class Buffer {
    private final SequencedMap<String, Shape> shapes;
    private final MemorySegment memory;

    Buffer(SequencedMap<String, Shape> shapes) {
        this.shapes = shapes;
        long largest = shapes.values().stream().mapToLong(Shape::numel).max().orElse(0);
        this.memory = MemorySegment.ofArray(new float[Math.toIntExact(largest)]);
    }

    /// Names and shapes of a mask's tensors.
    static SequencedMap<String, Shape> shapes(Mask mask) {
        SequencedMap<String, Shape> shapes = new TreeMap<>();
        mask.tensors().forEach((name, tensor) -> shapes.put(name, tensor.shape()));
        return shapes;
    }

    /// Room for one tensor's F32 values, with what is left of the last one.
    MemorySegment of(String name) {
        return memory.asSlice(0, Objects.requireNonNull(shapes.get(name), name).numel() * Float.BYTES);
    }
}
