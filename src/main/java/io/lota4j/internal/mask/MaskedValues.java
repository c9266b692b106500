package io.lota4j.internal.mask;

import io.lota4j.checkpoint.Shape;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskTensor;
import java.lang.foreign.MemorySegment;
import java.util.SequencedMap;
import org.roaringbitmap.PeekableIntIterator;
import org.roaringbitmap.RoaringBitmap;

/// Deltas of the weights of a mask; those of all others are zero, whatever they were, so that none is ever
/// chosen.
final class MaskedValues implements TensorValues {
    private final TensorValues deltas;
    private final Mask among;

    MaskedValues(TensorValues deltas, Mask among) {
        this.deltas = deltas;
        this.among = among;
    }

    @Override
    public SequencedMap<String, Shape> tensors() {
        return deltas.tensors();
    }

    @Override
    public ScoreWords wording() {
        return deltas.wording();
    }

    @Override
    public void read(String name, long first, MemorySegment target) {
        deltas.read(name, first, target);
        MaskTensor tensor = among.tensor(name);
        if (tensor.count() < tensor.shape().numel()) {
            clearOthers(tensor.trainable(), first, target);
        }
    }

    private static void clearOthers(RoaringBitmap kept, long first, MemorySegment target) {
        long end = first + target.byteSize() / Float.BYTES;
        PeekableIntIterator indices = kept.getIntIterator();
        indices.advanceIfNeeded((int) first);
        long done = first;
        while (indices.hasNext() && indices.peekNext() < end) {
            long next = indices.next();
            clear(target, done - first, next - first);
            done = next + 1;
        }
        clear(target, done - first, end - first);
    }

    private static void clear(MemorySegment target, long from, long to) {
        if (from < to) {
            target.asSlice(from * Float.BYTES, (to - from) * Float.BYTES).fill((byte) 0);
        }
    }
}
