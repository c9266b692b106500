package io.lota4j.mask;

import io.lota4j.checkpoint.Shape;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.TreeMap;

/// Deltas for tests: handed out unaligned and in one buffer that the next call overwrites, as a streaming
/// source may do.
final class Deltas implements DeltaSource {
    static final String BASE = "0123456789abcdef".repeat(4);

    private final SequencedMap<String, Shape> shapes = new TreeMap<>();
    private final SequencedMap<String, float[]> values = new TreeMap<>();
    private MemorySegment buffer = MemorySegment.ofArray(new byte[1]);

    Deltas with(String name, Shape shape, float... floats) {
        shapes.put(name, shape);
        values.put(name, floats);
        long needed = floats.length * (long) Float.BYTES + 1;
        if (buffer.byteSize() < needed) {
            buffer = MemorySegment.ofArray(new byte[(int) needed]);
        }
        return this;
    }

    static Deltas of(float... floats) {
        return new Deltas().with("w", Shape.of(floats.length), floats);
    }

    @Override
    public SequencedMap<String, Shape> tensors() {
        return shapes;
    }

    @Override
    public MemorySegment delta(String name) {
        buffer.fill((byte) -1);
        float[] floats = values(name);
        MemorySegment slice = buffer.asSlice(1, floats.length * (long) Float.BYTES);
        MemorySegment.copy(floats, 0, slice, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, floats.length);
        return slice;
    }

    float[] values(String name) {
        return Objects.requireNonNull(values.get(name), name);
    }

    Mask select(double sparsity, Scope scope) {
        return TopK.select(this, sparsity, scope, BASE, "all", Map.of(MaskInfo.SOURCE, "delta"));
    }
}
