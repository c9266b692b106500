package io.lota4j.internal;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/// How glibc's allocator treats the memory that the engine frees.
///
/// By default it gives large blocks back to the system and asks for them again, some hundred times a step: clearing the
/// fresh pages then takes longer than the arithmetic. It is told to keep them instead. The launcher says the same by
/// `GLIBC_TUNABLES`, which is read only when a process starts.
public final class NativeAllocator {
    private static final FunctionDescriptor MALLOPT =
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);

    // The numbers of the parameters, from glibc's malloc.h.
    private static final int TRIM_THRESHOLD = -1;
    private static final int TOP_PAD = -2;
    private static final int MMAP_THRESHOLD = -3;

    /// Blocks up to this size come from memory that is kept, in bytes.
    private static final int LARGEST_KEPT = 1 << 30;

    /// The most that versions of glibc before 2.35 take for it.
    private static final int LARGEST_KEPT_EARLIER = 32 << 20;

    /// Memory that is taken from the system at once, in bytes: fewer calls.
    private static final int PADDING = 256 << 20;

    private NativeAllocator() {}

    /// Has memory kept. Where the user has settings of the allocator, or it is another one, nothing is changed.
    static void keepMemory() {
        boolean chosen = System.getenv().keySet().stream()
                .anyMatch(name -> name.equals("GLIBC_TUNABLES") || name.startsWith("MALLOC_"));
        if (!chosen) {
            CFunctions.find("mallopt", MALLOPT).ifPresent(NativeAllocator::keepMemory);
        }
    }

    private static void keepMemory(MethodHandle mallopt) {
        if (!set(mallopt, MMAP_THRESHOLD, LARGEST_KEPT)) {
            set(mallopt, MMAP_THRESHOLD, LARGEST_KEPT_EARLIER);
        }
        set(mallopt, TRIM_THRESHOLD, Integer.MAX_VALUE);
        set(mallopt, TOP_PAD, PADDING);
    }

    private static boolean set(MethodHandle mallopt, int parameter, int value) {
        return CFunctions.call("mallopt", mallopt, parameter, value) == 1;
    }
}
