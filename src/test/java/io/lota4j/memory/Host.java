package io.lota4j.memory;

import io.lota4j.internal.memory.Buffer;
import io.lota4j.internal.memory.HostBuffer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;

/// Buffers of arrays, and arrays of buffers.
public final class Host {
    private Host() {}

    /// The array itself.
    public static HostBuffer of(float... values) {
        return new HostBuffer(MemorySegment.ofArray(values));
    }

    /// The array itself.
    public static HostBuffer of(int... values) {
        return new HostBuffer(MemorySegment.ofArray(values));
    }

    /// The array itself.
    public static HostBuffer of(short... values) {
        return new HostBuffer(MemorySegment.ofArray(values));
    }

    /// The array itself.
    public static HostBuffer of(byte... values) {
        return new HostBuffer(MemorySegment.ofArray(values));
    }

    /// The values themselves.
    public static HostBuffer of(Arena arena, int... values) {
        return new HostBuffer(arena.allocateFrom(ValueLayout.JAVA_INT, values));
    }

    /// F32 values, zero.
    public static HostBuffer zeros(Arena arena, long count) {
        return new HostBuffer(arena.allocate(ValueLayout.JAVA_FLOAT, count));
    }

    /// F32 values.
    public static HostBuffer gaussian(Arena arena, long count, SplittableRandom random) {
        HostBuffer values = zeros(arena, count);
        for (long i = 0; i < count; i++) {
            values.memory().setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian());
        }
        return values;
    }

    /// A copy.
    public static float[] floats(Buffer buffer) {
        return buffer.get(memory -> memory.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED));
    }

    /// A copy.
    public static int[] ints(Buffer buffer) {
        return buffer.get(memory -> memory.toArray(ValueLayout.JAVA_INT_UNALIGNED));
    }

    /// A copy.
    public static byte[] bytes(Buffer buffer) {
        return buffer.get(memory -> memory.toArray(ValueLayout.JAVA_BYTE));
    }
}
