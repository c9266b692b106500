package io.lota4j.mask;

import io.lota4j.checkpoint.Shape;
import java.lang.foreign.MemorySegment;
import java.util.SequencedMap;
import org.roaringbitmap.PeekableIntIterator;

/// Deltas of the weights of a mask; those of all others are zero, whatever they were, so that none is ever
/// chosen.
final class Within implements DeltaSource {
    private final DeltaSource deltas;
    private final Mask among;
    private MemorySegment buffer = MemorySegment.ofArray(new float[0]);

    Within(DeltaSource deltas, Mask among) {
        this.deltas = deltas;
        this.among = among;
    }

    @Override
    public SequencedMap<String, Shape> tensors() {
        return deltas.tensors();
    }

    @Override
    public Wording wording() {
        return deltas.wording();
    }

    /// The whole tensor's own memory where nothing is left out, else a copy.
    @Override
    public MemorySegment delta(String name) {
        MemorySegment values = deltas.delta(name);
        MaskTensor tensor = among.tensor(name);
        return tensor.count() == tensor.shape().numel() ? values : kept(values, tensor);
    }

    private MemorySegment kept(MemorySegment values, MaskTensor tensor) {
        if (buffer.byteSize() < values.byteSize()) {
            buffer = MemorySegment.ofArray(new float[Math.toIntExact(values.byteSize() / Float.BYTES)]);
        }
        MemorySegment kept = buffer.asSlice(0, values.byteSize()).fill((byte) 0);
        PeekableIntIterator indices = tensor.trainable().getIntIterator();
        while (indices.hasNext()) {
            long at = (long) Float.BYTES * indices.next();
            MemorySegment.copy(values, at, kept, at, Float.BYTES);
        }
        return kept;
    }
}
