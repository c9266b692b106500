package io.lota4j.internal.train;

import io.lota4j.internal.Sha256;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.mask.IndexSets;
import io.lota4j.internal.model.Decoder;
import io.lota4j.internal.ticket.ExactValues;
import io.lota4j.mask.Mask;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketTensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.PeekableIntIterator;

/// The weights that a run starts from: a base, or a base with what earlier runs learned on it.
///
/// @param base the checkpoint
/// @param ticket what is on it, or null
public record StartingWeights(Checkpoint base, @Nullable Ticket ticket) {
    /// Values that are hashed or compared at once.
    private static final int CHUNK = 1 << 16;

    /// Reads all of a tensor's values, as [#read(String, long, MemorySegment)].
    public void read(String name, MemorySegment target) {
        read(name, 0, target);
    }

    /// Reads some of a tensor's values, the bits that [AdaptedModel#add] leaves in the working weights.
    ///
    /// @param first flat, row-major index of the first of them
    /// @param target F32, for as many as are wanted
    public void read(String name, long first, MemorySegment target) {
        base.read(name, first, target);
        @Nullable
        TicketTensor changes = ticket == null ? null : ticket.tensors().get(name);
        if (changes != null) {
            long count = target.byteSize() / Float.BYTES;
            changes.addTo(name, base.info(name).dtype(), base.bytes(name), first, count, new TicketTensor.Weights() {
                @Override
                public float get(int position, int index) {
                    return target.getAtIndex(ValueLayout.JAVA_FLOAT, index - first);
                }

                @Override
                public void set(int position, int index, float value) {
                    target.setAtIndex(ValueLayout.JAVA_FLOAT, index - first, value);
                }
            });
        }
    }

    /// Puts into a run's identity what is on the base, if anything is.
    public void addTo(Map<String, String> identity) {
        if (ticket == null) {
            return;
        }
        MessageDigest digest = Sha256.digest();
        ticket.tensors().forEach((name, tensor) -> {
            digest.update(name.getBytes(StandardCharsets.UTF_8));
            digest.update(IndexSets.toBytes(tensor.index()));
            float[] values = tensor.values();
            ByteBuffer bytes = ByteBuffer.allocate(CHUNK * Float.BYTES);
            for (int from = 0; from < values.length; from += CHUNK) {
                bytes.clear();
                bytes.asFloatBuffer().put(values, from, Math.min(CHUNK, values.length - from));
                digest.update(bytes.limit(Math.min(CHUNK, values.length - from) * Float.BYTES));
            }
            @Nullable ExactValues exact = tensor.exact();
            if (exact != null) {
                digest.update(IndexSets.toBytes(exact.index()));
                digest.update(exact.bits());
            }
        });
        identity.put("start", HexFormat.of().formatHex(digest.digest()));
    }

    /// How many of a mask's weights have other bits in a decoder than here.
    public long changed(Decoder decoder, Mask mask) {
        long changed = 0;
        for (var entry : mask.tensors().entrySet()) {
            String name = entry.getKey();
            long end = entry.getValue().shape().numel();
            PeekableIntIterator indices = entry.getValue().trainable().getIntIterator();
            while (indices.hasNext()) {
                long first = indices.peekNext();
                int count = (int) Math.min(CHUNK, end - first);
                MemorySegment before = MemorySegment.ofArray(new float[count]);
                MemorySegment now = MemorySegment.ofArray(new float[count]);
                read(name, first, before);
                decoder.weights().read(name, first, now);
                while (indices.hasNext() && indices.peekNext() < first + count) {
                    long at = indices.next() - first;
                    changed += same(before, now, at) ? 0 : 1;
                }
            }
        }
        return changed;
    }

    private static boolean same(MemorySegment one, MemorySegment other, long at) {
        return one.getAtIndex(ValueLayout.JAVA_INT, at) == other.getAtIndex(ValueLayout.JAVA_INT, at);
    }
}
