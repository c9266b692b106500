package io.lota4j;

import io.lota4j.internal.CFunctions;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// What this process holds of what a long life may use up. For Linux with glibc 2.33 or newer.
///
/// @param bytes outside of the heap, as the C library's allocator counts them
/// @param heap bytes of objects that are still in use
/// @param files that are open
/// @param threads of the system
/// @param mappings of files of one folder
public record ProcessUse(long bytes, long heap, long files, long threads, long mappings) {
    /// Counts.
    ///
    /// @param folder whose files' mappings are counted
    public static ProcessUse now(Path folder) throws IOException {
        // What no longer is used may be unmapped only then.
        System.gc();
        Runtime heap = Runtime.getRuntime();
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"));
                Stream<Path> threads = Files.list(Path.of("/proc/self/task"));
                Stream<String> mappings = Files.lines(Path.of("/proc/self/maps"))) {
            return new ProcessUse(
                    allocated(),
                    heap.totalMemory() - heap.freeMemory(),
                    files.count(),
                    threads.count(),
                    mappings.filter(line -> line.contains(folder.toString())).count());
        }
    }

    /// By how much more this is.
    public ProcessUse minus(ProcessUse before) {
        return new ProcessUse(
                bytes - before.bytes,
                heap - before.heap,
                files - before.files,
                threads - before.threads,
                mappings - before.mappings);
    }

    /// The numbers, to be read by [#of] in another process.
    public String text() {
        return bytes + " " + heap + " " + files + " " + threads + " " + mappings;
    }

    /// Reads what [#text] writes.
    public static ProcessUse of(String text) {
        String[] words = text.split(" ", -1);
        return new ProcessUse(
                Long.parseLong(words[0]),
                Long.parseLong(words[1]),
                Long.parseLong(words[2]),
                Long.parseLong(words[3]),
                Long.parseLong(words[4]));
    }

    /// The bytes in use of the C library's allocator: `uordblks` and `hblkhd` of `mallinfo2(3)`.
    private static long allocated() {
        MemoryLayout counts = MemoryLayout.structLayout(
                Stream.generate(() -> ValueLayout.JAVA_LONG).limit(10).toArray(MemoryLayout[]::new));
        MethodHandle mallinfo = CFunctions.find("mallinfo2", FunctionDescriptor.of(counts))
                .orElseThrow(() -> new IllegalStateException("glibc before 2.33 cannot count what it gave"));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment found = (MemorySegment) mallinfo.invokeWithArguments((SegmentAllocator) arena);
            return found.getAtIndex(ValueLayout.JAVA_LONG, 7) + found.getAtIndex(ValueLayout.JAVA_LONG, 4);
        } catch (Throwable e) {
            // What a method handle is declared to throw; a function of C throws nothing.
            throw new IllegalStateException("mallinfo2", e);
        }
    }
}
