package io.lota4j.train;

import io.lota4j.checkpoint.Shape;
import io.lota4j.mask.DeltaSource;
import io.lota4j.model.Decoder;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SequencedMap;

/// Working weights minus those of a run's start, one tensor at a time through one buffer.
final class WorkingDeltas implements DeltaSource {
    private final Decoder decoder;
    private final Start start;
    private final SequencedMap<String, Shape> tensors;
    private final MemorySegment buffer;

    WorkingDeltas(Decoder decoder, Start start, SequencedMap<String, Shape> tensors) {
        this.decoder = decoder;
        this.start = start;
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
        MemorySegment working = decoder.weights().memory(name);
        MemorySegment delta = buffer.asSlice(0, working.byteSize());
        start.read(name, delta);
        long count = working.byteSize() / Float.BYTES;
        for (long i = 0; i < count; i++) {
            float before = delta.getAtIndex(ValueLayout.JAVA_FLOAT, i);
            delta.setAtIndex(ValueLayout.JAVA_FLOAT, i, working.getAtIndex(ValueLayout.JAVA_FLOAT, i) - before);
        }
        return delta;
    }
}
