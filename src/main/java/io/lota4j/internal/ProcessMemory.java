package io.lota4j.internal;

import io.lota4j.LotaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;
import java.util.stream.Stream;

/// What the operating system says about memory.
public final class ProcessMemory {
    private static final long KIB = 1024;

    private ProcessMemory() {}

    /// The most that was ever resident at once (peak RSS), or since [#forgetPeak()], in bytes; empty where the system
    /// does not tell.
    public static OptionalLong peak() {
        return read(Path.of("/proc/self/status"), "VmHWM:");
    }

    /// What is resident now, in bytes; empty where the system does not tell.
    public static OptionalLong resident() {
        return read(Path.of("/proc/self/status"), "VmRSS:");
    }

    /// Lets the peak begin anew from what is resident now.
    ///
    /// @return whether it does; some systems cannot
    public static boolean forgetPeak() {
        Path references = Path.of("/proc/self/clear_refs");
        if (!Files.isWritable(references)) {
            return false;
        }
        try {
            Files.writeString(references, "5", StandardOpenOption.WRITE);
            return true;
        } catch (IOException refused) {
            return false;
        }
    }

    /// What the machine can still give without swapping, or the container without being killed, in bytes; empty where
    /// the system does not tell.
    public static OptionalLong available() {
        return Stream.of(read(Path.of("/proc/meminfo"), "MemAvailable:"), new Cgroup(Path.of("/")).free())
                .flatMapToLong(OptionalLong::stream)
                .min();
    }

    private static OptionalLong read(Path file, String key) {
        if (!Files.isReadable(file)) {
            return OptionalLong.empty();
        }
        try {
            return Files.readAllLines(file).stream()
                    .filter(line -> line.startsWith(key))
                    .mapToLong(line -> KIB * Long.parseLong(line.replaceAll("[^0-9]", "")))
                    .findFirst();
        } catch (IOException e) {
            throw new LotaException(file + ": cannot be read: " + FileKind.reason(e) + ".", e);
        }
    }
}
