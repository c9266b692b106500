package io.lota4j.internal.kernel;

import io.lota4j.internal.Text;
import io.lota4j.internal.memory.Buffer;
import io.lota4j.internal.memory.HostBuffer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/// Which elements of a weight are trained.
///
/// @param count how many
/// @param index their flat row-major indices, I32, ascending; null when every element is trained
public record Entries(long count, @Nullable Buffer index) {
    public Entries {
        if (index != null && index.byteSize() != Integer.BYTES * count) {
            throw new IllegalArgumentException(
                    Text.format("%d bytes of index for %d entries", index.byteSize(), count));
        }
    }

    /// Every element of a weight with `count` elements.
    public static Entries all(long count) {
        return new Entries(count, null);
    }

    /// The place of the first entry whose element is not before one, among some.
    ///
    /// @param indices flat indices, I32, ascending
    public static long firstFrom(MemorySegment indices, long element) {
        long low = 0;
        long high = indices.byteSize() / Integer.BYTES;
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (indices.getAtIndex(ValueLayout.JAVA_INT, middle) < element) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /// The flat index of the entry at `place`. For kernels that compute on the host.
    public long at(long place) {
        return index == null ? place : HostBuffer.memoryOf(index).getAtIndex(ValueLayout.JAVA_INT, place);
    }
}
