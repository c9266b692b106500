package io.lota4j.train;

import io.lota4j.checkpoint.Checkpoint;
import io.lota4j.mask.Mask;
import io.lota4j.model.Decoder;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketTensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.PeekableIntIterator;

/// The weights that a run starts from: a base, or a base with what earlier runs learned on it.
///
/// @param base the checkpoint
/// @param ticket what is on it, or null
public record Start(Checkpoint base, @Nullable Ticket ticket) {
    /// Reads a tensor's values, the bits that [AdaptedModel#add] leaves in the working weights.
    ///
    /// @param target F32, of the tensor's size
    public void read(String name, MemorySegment target) {
        base.read(name, target);
        @Nullable
        TicketTensor changes = ticket == null ? null : ticket.tensors().get(name);
        if (changes != null) {
            float[] values = changes.values();
            changes.forEach((position, index) -> {
                float value = target.getAtIndex(ValueLayout.JAVA_FLOAT, index);
                target.setAtIndex(ValueLayout.JAVA_FLOAT, index, value + values[position]);
            });
        }
    }

    /// How many of a mask's weights have other bits in a decoder than here.
    public long changed(Decoder decoder, Mask mask) {
        long changed = 0;
        for (var entry : mask.tensors().entrySet()) {
            MemorySegment before = MemorySegment.ofArray(
                    new float[Math.toIntExact(entry.getValue().shape().numel())]);
            read(entry.getKey(), before);
            MemorySegment now = decoder.weights().memory(entry.getKey());
            PeekableIntIterator indices = entry.getValue().trainable().getIntIterator();
            while (indices.hasNext()) {
                int index = indices.next();
                boolean same =
                        before.getAtIndex(ValueLayout.JAVA_INT, index) == now.getAtIndex(ValueLayout.JAVA_INT, index);
                changed += same ? 0 : 1;
            }
        }
        return changed;
    }
}
