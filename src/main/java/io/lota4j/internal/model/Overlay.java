package io.lota4j.internal.model;

import io.lota4j.internal.kernel.Entries;
import io.lota4j.internal.memory.Buffer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Values that stand in place of some elements of a base weight.
///
/// @param index flat indices, I32, ascending, in the host's memory; null for all elements
/// @param values F32, in the order of the indices
record Overlay(@Nullable MemorySegment index, Buffer values) {
    /// With room for the values, which [#gather] gets.
    ///
    /// @param count of the elements
    /// @param index as above, copied
    static Overlay of(long count, @Nullable Buffer index, Torch torch) {
        MemorySegment places = null;
        if (index != null) {
            places = Torch.hostFloats(torch.manager(), count);
            index.copyTo(places);
        }
        return new Overlay(places, torch.buffer(Torch.floats(torch.manager(), count)));
    }

    /// Gives mapped pages back.
    void rest() {
        ValueStore.rest(index);
        ValueStore.rest(values);
    }

    /// Takes the values that are in a part of the weight now.
    ///
    /// @param first flat index of the part's first element
    /// @param part of the weight, F32
    void gather(long first, MemorySegment part) {
        if (index == null) {
            values.slice(first * Float.BYTES, part.byteSize()).copyFrom(part);
            return;
        }
        long from = entryFrom(first);
        long count = entryFrom(first + part.byteSize() / Float.BYTES) - from;
        entries(from, count).write(own -> {
            for (long e = 0; e < count; e++) {
                float value = part.getAtIndex(ValueLayout.JAVA_FLOAT, at(from + e) - first);
                own.setAtIndex(ValueLayout.JAVA_FLOAT, e, value);
            }
        });
    }

    /// Puts the values in their places in a part of the weight, given as to [#gather].
    void scatter(long first, MemorySegment part) {
        if (index == null) {
            values.slice(first * Float.BYTES, part.byteSize()).copyTo(part);
            return;
        }
        long from = entryFrom(first);
        long count = entryFrom(first + part.byteSize() / Float.BYTES) - from;
        entries(from, count).read(own -> {
            for (long e = 0; e < count; e++) {
                float value = own.getAtIndex(ValueLayout.JAVA_FLOAT, e);
                part.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, at(from + e) - first, value);
            }
        });
    }

    private Buffer entries(long from, long count) {
        return values.slice(from * Float.BYTES, count * Float.BYTES);
    }

    /// The first entry whose element is not before a flat index.
    private long entryFrom(long element) {
        return Entries.firstFrom(Objects.requireNonNull(index), element);
    }

    private int at(long entry) {
        return Objects.requireNonNull(index).getAtIndex(ValueLayout.JAVA_INT, entry);
    }
}
