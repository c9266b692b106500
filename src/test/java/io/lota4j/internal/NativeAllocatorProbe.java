package io.lota4j.internal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;

/// How the C library allocates memory in this process.
public final class NativeAllocatorProbe {
    /// Where glibc's `mallinfo2` says how many blocks have a mapping of their own.
    private static final int MAPPED_BLOCKS = 3;

    private static final StructLayout FIGURES = MemoryLayout.structLayout(MemoryLayout.sequenceLayout(10, JAVA_LONG));

    private NativeAllocatorProbe() {}

    /// Whether a block gets a mapping of its own, which goes back to the system when the block is freed.
    public static boolean mapped(long bytes) {
        long before = mappedBlocks();
        MemorySegment block = call("malloc", FunctionDescriptor.of(ADDRESS, JAVA_LONG), bytes);
        boolean mapped = mappedBlocks() > before;
        call("free", FunctionDescriptor.ofVoid(ADDRESS), block);
        return mapped;
    }

    private static long mappedBlocks() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment figures = call("mallinfo2", FunctionDescriptor.of(FIGURES), (SegmentAllocator) arena);
            return figures.getAtIndex(JAVA_LONG, MAPPED_BLOCKS);
        }
    }

    private static MemorySegment call(String name, FunctionDescriptor descriptor, Object... arguments) {
        Linker linker = Linker.nativeLinker();
        MethodHandle function = linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor);
        try {
            Object result = function.invokeWithArguments(arguments);
            return result == null ? MemorySegment.NULL : (MemorySegment) result;
        } catch (Throwable e) {
            throw new IllegalStateException(name, e);
        }
    }
}
