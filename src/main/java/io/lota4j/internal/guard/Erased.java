package io.lota4j.internal.guard;

import io.lota4j.checkpoint.DType;
import io.lota4j.internal.train.AdaptedModel;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskTensor;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketInfo;
import io.lota4j.ticket.TicketTensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.roaringbitmap.PeekableIntIterator;

/// A ticket for memory only that brings the weights of a mask to zero, to see what depends on
/// them. It is never written: a model without its safeguard is of no use for defence.
public final class Erased {
    /// Values that are read at once.
    private static final int PART = 1 << 20;

    private Erased() {}

    /// Made of the weights that a model has, which must be those of its base.
    public static Ticket of(AdaptedModel model, Mask mask) {
        model.require(mask);
        Map<String, TicketTensor> tensors = new TreeMap<>();
        mask.tensors().forEach((name, tensor) -> {
            DType type = model.base().info(name).dtype();
            tensors.put(
                    name,
                    new TicketTensor(
                            tensor.shape(), DType.F32, tensor.trainable(), negated(model, name, tensor), type, null));
        });
        return new Ticket(
                new TicketInfo(
                        mask.info().base(), mask.info().pool(), mask.info().scope(), OptionalDouble.empty(), Map.of()),
                tensors);
    }

    private static float[] negated(AdaptedModel model, String name, MaskTensor tensor) {
        float[] values = new float[Math.toIntExact(tensor.count())];
        long end = tensor.shape().numel();
        MemorySegment buffer = MemorySegment.ofArray(new float[(int) Math.min(PART, end)]);
        PeekableIntIterator indices = tensor.trainable().getIntIterator();
        int found = 0;
        while (indices.hasNext()) {
            long first = Integer.toUnsignedLong(indices.peekNext());
            long count = Math.min(PART, end - first);
            model.decoder().weights().read(name, first, buffer.asSlice(0, count * Float.BYTES));
            while (indices.hasNext() && Integer.toUnsignedLong(indices.peekNext()) < first + count) {
                long at = Integer.toUnsignedLong(indices.next()) - first;
                values[found++] = -buffer.getAtIndex(ValueLayout.JAVA_FLOAT, at);
            }
        }
        return values;
    }
}
