package io.lota4j.internal.kernel.vector;

import io.lota4j.LotaException;
import io.lota4j.internal.kernel.Entries;
import io.lota4j.internal.memory.Buffer;
import io.lota4j.internal.memory.HostBuffer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Native memory by address.
///
/// Loops read and write through one constant segment that spans the address space: the compiler then knows its kind,
/// bounds and lifetime, and nothing of them is left in a loop. Whoever takes an address has checked the size, and
/// keeps the buffer reachable until the loop has ended.
final class NativeMemory {
    static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    static final ByteOrder ORDER = ByteOrder.nativeOrder();
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;

    private NativeMemory() {}

    /// The address of native memory of at least `bytes`.
    ///
    /// @throws LotaException when it is not the host's
    /// @throws IllegalStateException when it has been freed
    /// @throws IndexOutOfBoundsException when there is less
    static long address(Buffer buffer, long bytes) {
        return address(HostBuffer.memoryOf(buffer), bytes);
    }

    /// As [#address(Buffer, long)], of the host's memory.
    static long address(MemorySegment segment, long bytes) {
        if (!segment.scope().isAlive()) {
            throw new IllegalStateException("the memory has been freed");
        }
        return segment.asSlice(0, bytes).address();
    }

    /// The address of F32 values, one for each entry.
    static long compact(Buffer buffer, Entries entries) {
        return address(buffer, Float.BYTES * entries.count());
    }

    /// The address of the indices; 0 where every element is an entry.
    static long index(Entries entries) {
        Buffer index = entries.index();
        return index == null ? 0 : address(index, Integer.BYTES * entries.count());
    }

    /// The address of a whole weight or gradient.
    ///
    /// @param width bytes of an element
    /// @throws IndexOutOfBoundsException when there are entries behind its end; indices are taken to ascend
    static long dense(Buffer buffer, Entries entries, long width) {
        long count = entries.count();
        if (count == 0) {
            return address(buffer, 0);
        }
        Objects.checkIndex(entries.at(0), entries.at(count - 1) + 1);
        return address(buffer, width * (entries.at(count - 1) + 1));
    }

    /// Whether all buffers that are there lie outside the Java heap.
    static boolean isNative(@Nullable Buffer... buffers) {
        for (Buffer buffer : buffers) {
            if (buffer != null && !HostBuffer.memoryOf(buffer).isNative()) {
                return false;
            }
        }
        return true;
    }

    static float getFloat(long address) {
        return ALL.get(FLOAT, address);
    }

    static void setFloat(long address, float value) {
        ALL.set(FLOAT, address, value);
    }

    static int getInt(long address) {
        return ALL.get(INT, address);
    }

    static void setInt(long address, int value) {
        ALL.set(INT, address, value);
    }

    static void setShort(long address, short value) {
        ALL.set(SHORT, address, value);
    }
}
