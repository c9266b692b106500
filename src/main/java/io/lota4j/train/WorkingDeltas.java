package io.lota4j.train;

import io.lota4j.checkpoint.Shape;
import io.lota4j.mask.DeltaSource;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SequencedMap;

/// Working minus base weights, one tensor at a time through one buffer.
final class WorkingDeltas implements DeltaSource {
    private final AdaptedModel model;
    private final SequencedMap<String, Shape> tensors;
    private final MemorySegment buffer;

    WorkingDeltas(AdaptedModel model, SequencedMap<String, Shape> tensors) {
        this.model = model;
        this.tensors = tensors;
        long largest = tensors.values().stream().mapToLong(Shape::numel).max().orElse(0);
        this.buffer = MemorySegment.ofArray(new float[Math.toIntExact(largest)]);
    }

    @Override
    public SequencedMap<String, Shape> tensors() {
        return tensors;
    }

    @Override
    public MemorySegment delta(String name) {
        MemorySegment working = model.decoder().weights().memory(name);
        MemorySegment delta = buffer.asSlice(0, working.byteSize());
        model.base().read(name, delta);
        long count = working.byteSize() / Float.BYTES;
        for (long i = 0; i < count; i++) {
            float base = delta.getAtIndex(ValueLayout.JAVA_FLOAT, i);
            delta.setAtIndex(ValueLayout.JAVA_FLOAT, i, working.getAtIndex(ValueLayout.JAVA_FLOAT, i) - base);
        }
        return delta;
    }
}
