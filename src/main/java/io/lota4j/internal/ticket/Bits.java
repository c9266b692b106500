package io.lota4j.internal.ticket;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Reads and moves single elements of two or four bytes as they are, so that no bit of a NaN or of a negative zero is
/// lost.
public final class Bits {
    private Bits() {}

    /// An element, in the lowest bits.
    public static int get(int size, MemorySegment elements, long index) {
        return size == Short.BYTES
                ? elements.get(ValueLayout.JAVA_SHORT_UNALIGNED, index * size)
                : elements.get(ValueLayout.JAVA_INT_UNALIGNED, index * size);
    }

    public static void copy(int size, MemorySegment from, long fromIndex, MemorySegment to, long toIndex) {
        if (size == Short.BYTES) {
            short bits = from.get(ValueLayout.JAVA_SHORT_UNALIGNED, fromIndex * size);
            to.set(ValueLayout.JAVA_SHORT_UNALIGNED, toIndex * size, bits);
        } else {
            int bits = from.get(ValueLayout.JAVA_INT_UNALIGNED, fromIndex * size);
            to.set(ValueLayout.JAVA_INT_UNALIGNED, toIndex * size, bits);
        }
    }
}
