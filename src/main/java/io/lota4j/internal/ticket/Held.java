package io.lota4j.internal.ticket;

import io.lota4j.checkpoint.DType;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.Floats;
import io.lota4j.internal.checkpoint.TensorInfo;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// What the weights of a model are where a ticket is; of tensors of other shapes, and of those whose base weights the
/// ticket does not keep, nothing is known.
///
/// @param entries weights that were looked at
/// @param tuned those that are what the ticket makes of the base
/// @param base those that are the base's
public record Held(long entries, long tuned, long base) {
    public static Held of(Checkpoint model, Ticket ticket) {
        long[] counts = new long[3];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment room = arena.allocate(Float.BYTES);
            ticket.tensors().forEach((name, tensor) -> {
                @Nullable TensorInfo info = model.tensors().get(name);
                byte[] bits = tensor.baseBits();
                if (bits != null
                        && info != null
                        && info.shape().equals(tensor.shape())
                        && TicketTensor.isBaseType(info.dtype())) {
                    MemorySegment elements = model.bytes(name);
                    tensor.forEachKept(bits, (position, at, before, after) -> {
                        long found = Bits.get(info.dtype().size(), elements, at);
                        counts[0]++;
                        counts[1] += found == bits(info.dtype(), after, room) ? 1 : 0;
                        counts[2] += found == bits(info.dtype(), before, room) ? 1 : 0;
                    });
                }
            });
        }
        return new Held(counts[0], counts[1], counts[2]);
    }

    private static long bits(DType type, float value, MemorySegment room) {
        Floats.set(type, room, 0, value);
        return Bits.get(type.size(), room, 0);
    }

    /// Whether all weights that were looked at are what the ticket makes of them, and not the base's as well.
    public boolean holds() {
        return entries > 0 && tuned == entries && base < entries;
    }
}
