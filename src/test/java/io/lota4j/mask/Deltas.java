package io.lota4j.mask;

import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.mask.TensorValues;
import io.lota4j.internal.mask.TopK;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.TreeMap;

/// Deltas for tests.
public final class Deltas implements TensorValues {
    public static final String BASE = "0123456789abcdef".repeat(4);

    private final SequencedMap<String, Shape> shapes = new TreeMap<>();
    private final SequencedMap<String, float[]> values = new TreeMap<>();

    public Deltas with(String name, Shape shape, float... floats) {
        shapes.put(name, shape);
        values.put(name, floats);
        return this;
    }

    public static Deltas of(float... floats) {
        return new Deltas().with("w", Shape.of(floats.length), floats);
    }

    @Override
    public SequencedMap<String, Shape> tensors() {
        return shapes;
    }

    @Override
    public void read(String name, long first, MemorySegment target) {
        int count = (int) (target.byteSize() / Float.BYTES);
        MemorySegment.copy(values(name), (int) first, target, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, count);
    }

    public float[] values(String name) {
        return Objects.requireNonNull(values.get(name), name);
    }

    public Mask select(double sparsity, Scope scope) {
        return TopK.select(this, sparsity, scope, BASE, "all", Map.of(MaskInfo.SOURCE, "delta"));
    }
}
