package io.lota4j.model;

import ai.djl.pytorch.engine.PtNDManager;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Values that stand in place of some elements of a base weight.
///
/// @param index flat indices, I32, ascending; null for all elements
/// @param values F32, in the order of the indices
record Overlay(@Nullable MemorySegment index, MemorySegment values) {
    /// With room for the values, which [#gather] gets.
    ///
    /// @param count of the elements
    /// @param index as above, copied
    static Overlay of(long count, @Nullable MemorySegment index, PtNDManager scope) {
        return new Overlay(
                index == null ? null : Torch.memory(Torch.ints(scope, count)).copyFrom(index),
                Torch.memory(Torch.floats(scope, count)));
    }

    /// Takes the values that are in a part of the weight now.
    ///
    /// @param first flat index of the part's first element
    /// @param part of the weight, F32
    void gather(long first, MemorySegment part) {
        if (index == null) {
            values.asSlice(first * Float.BYTES, part.byteSize()).copyFrom(part);
            return;
        }
        long end = entryFrom(first + part.byteSize() / Float.BYTES);
        for (long e = entryFrom(first); e < end; e++) {
            values.setAtIndex(ValueLayout.JAVA_FLOAT, e, part.getAtIndex(ValueLayout.JAVA_FLOAT, at(e) - first));
        }
    }

    /// Puts the values in their places in a part of the weight, given as to [#gather].
    void scatter(long first, MemorySegment part) {
        if (index == null) {
            part.copyFrom(values.asSlice(first * Float.BYTES, part.byteSize()));
            return;
        }
        long end = entryFrom(first + part.byteSize() / Float.BYTES);
        for (long e = entryFrom(first); e < end; e++) {
            part.setAtIndex(
                    ValueLayout.JAVA_FLOAT_UNALIGNED, at(e) - first, values.getAtIndex(ValueLayout.JAVA_FLOAT, e));
        }
    }

    /// The first entry whose element is not before a flat index.
    private long entryFrom(long element) {
        long from = 0;
        long to = values.byteSize() / Float.BYTES;
        while (from < to) {
            long middle = (from + to) >>> 1;
            if (at(middle) < element) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from;
    }

    private int at(long entry) {
        return Objects.requireNonNull(index).getAtIndex(ValueLayout.JAVA_INT, entry);
    }
}
