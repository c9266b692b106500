package io.lota4j.internal.kernel.vector;

import io.lota4j.internal.CFunctions;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/// Rows of activations that begin where a line of the cache does: a vector that is spread over two lines takes two
/// reads, and a product reads little else than such vectors.
///
/// Java neither says where an array lies nor leaves it there, so that is asked whenever rows are put here. An array
/// that
/// is moved afterwards holds the same rows, read more slowly.
final class AlignedRows {
    /// Values in a line.
    private static final int LINE = 64 / Float.BYTES;

    /// Copies no byte and gives back where it would have put it; null where the JVM denies native access.
    private static final @Nullable MethodHandle MEMCPY = CFunctions.find(
                    "memcpy",
                    FunctionDescriptor.of(
                            ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG),
                    Linker.Option.critical(true))
            .orElse(null);

    private float[] values = {};
    private int start;
    private int stride;

    /// Copies the first rows of `x`.
    void put(float[] x, int rows, int columns) {
        // Of an odd number of lines, so that rows do not compete for the same places of the cache.
        stride = (Math.ceilDiv(columns, LINE) | 1) * LINE;
        int room = rows * stride + LINE;
        if (values.length < room) {
            values = new float[room];
        }
        start = firstOfALine(values);
        for (int r = 0; r < rows; r++) {
            System.arraycopy(x, r * columns, values, start + r * stride, columns);
        }
    }

    /// All rows.
    float[] values() {
        return values;
    }

    /// Where the first row begins.
    int start() {
        return start;
    }

    /// Values from the beginning of a row to that of the next.
    int stride() {
        return stride;
    }

    private static int firstOfALine(float[] values) {
        MethodHandle memcpy = MEMCPY;
        if (memcpy == null) {
            return 0;
        }
        MemorySegment segment = MemorySegment.ofArray(values);
        try {
            MemorySegment place = (MemorySegment) memcpy.invokeExact(segment, segment, 0L);
            return Math.floorMod(-(place.address() / Float.BYTES), LINE);
        } catch (Throwable e) {
            // What a method handle is declared to throw; a function of C throws nothing.
            throw new IllegalStateException("memcpy", e);
        }
    }
}
