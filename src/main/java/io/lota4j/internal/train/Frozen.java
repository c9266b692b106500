package io.lota4j.internal.train;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Floats;
import io.lota4j.mask.Avoided;
import io.lota4j.mask.MaskTensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.roaringbitmap.PeekableIntIterator;

/// Weights that a run must leave alone. That it does is looked at, not believed.
public final class Frozen {
    /// Values that are read at once.
    private static final int PART = 1 << 20;

    private Frozen() {}

    /// Refuses a run that changed a weight which it had to leave alone.
    ///
    /// @param frozen masks for the base of the model
    /// @throws LotaException with the number of weights that are not the base's bits
    public static void requireUntouched(AdaptedModel model, List<Avoided> frozen) {
        for (Avoided each : frozen) {
            long changed = changed(model, each);
            if (changed > 0) {
                throw new LotaException(Text.format(
                        "%,d of the %,d weights of %s, which the run had to leave alone, are not the base's. This is a"
                                + " defect; nothing was written.",
                        changed, each.mask().trainable(), each.name()));
            }
        }
    }

    /// How many weights of a mask are not the base's, to the bit.
    public static long changed(AdaptedModel model, Avoided frozen) {
        return frozen.mask().tensors().entrySet().stream()
                .mapToLong(tensor -> changed(model, tensor.getKey(), tensor.getValue()))
                .sum();
    }

    private static long changed(AdaptedModel model, String name, MaskTensor tensor) {
        DType type = model.base().info(name).dtype();
        MemorySegment base = model.base().bytes(name);
        long end = tensor.shape().numel();
        MemorySegment buffer = MemorySegment.ofArray(new float[(int) Math.min(PART, end)]);
        PeekableIntIterator indices = tensor.trainable().getIntIterator();
        long changed = 0;
        while (indices.hasNext()) {
            long first = Integer.toUnsignedLong(indices.peekNext());
            long count = Math.min(PART, end - first);
            model.decoder().weights().read(name, first, buffer.asSlice(0, count * Float.BYTES));
            while (indices.hasNext() && Integer.toUnsignedLong(indices.peekNext()) < first + count) {
                long at = Integer.toUnsignedLong(indices.next());
                float now = buffer.getAtIndex(ValueLayout.JAVA_FLOAT, at - first);
                changed += Float.floatToRawIntBits(now) == Float.floatToRawIntBits(Floats.get(type, base, at)) ? 0 : 1;
            }
        }
        return changed;
    }
}
