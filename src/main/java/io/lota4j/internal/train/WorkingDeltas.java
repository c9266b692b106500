package io.lota4j.internal.train;

import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.mask.TensorValues;
import io.lota4j.internal.model.Decoder;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.SequencedMap;

/// Working weights minus those of a run's start.
final class WorkingDeltas implements TensorValues {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Decoder decoder;
    private final StartingWeights start;
    private final SequencedMap<String, Shape> tensors;
    private MemorySegment buffer = MemorySegment.NULL;

    WorkingDeltas(Decoder decoder, StartingWeights start, SequencedMap<String, Shape> tensors) {
        this.decoder = decoder;
        this.start = start;
        this.tensors = tensors;
    }

    @Override
    public SequencedMap<String, Shape> tensors() {
        return tensors;
    }

    @Override
    public void read(String name, long first, MemorySegment target) {
        if (buffer.byteSize() < target.byteSize()) {
            buffer = MemorySegment.ofArray(new float[Math.toIntExact(target.byteSize() / Float.BYTES)]);
        }
        MemorySegment before = buffer.asSlice(0, target.byteSize());
        start.read(name, first, before);
        decoder.weights().read(name, first, target);
        for (long at = 0; at < target.byteSize(); at += Float.BYTES) {
            target.set(FLOAT, at, target.get(FLOAT, at) - before.get(FLOAT, at));
        }
    }
}
