package io.lota4j.model;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Values that stand in place of some elements of a base weight.
///
/// @param index flat indices, I32; null for all elements
/// @param values F32, in the order of the indices
record Overlay(@Nullable MemorySegment index, MemorySegment values) {

    /// Takes the values that are there now.
    void gather(MemorySegment weight) {
        if (index == null) {
            values.copyFrom(weight);
            return;
        }
        for (long e = 0; e < count(); e++) {
            values.setAtIndex(ValueLayout.JAVA_FLOAT, e, weight.getAtIndex(ValueLayout.JAVA_FLOAT, at(e)));
        }
    }

    /// Puts the values in their places.
    void scatter(MemorySegment weight) {
        if (index == null) {
            weight.copyFrom(values);
            return;
        }
        for (long e = 0; e < count(); e++) {
            weight.setAtIndex(ValueLayout.JAVA_FLOAT, at(e), values.getAtIndex(ValueLayout.JAVA_FLOAT, e));
        }
    }

    private long count() {
        return values.byteSize() / Float.BYTES;
    }

    private int at(long entry) {
        return Objects.requireNonNull(index).getAtIndex(ValueLayout.JAVA_INT, entry);
    }
}
