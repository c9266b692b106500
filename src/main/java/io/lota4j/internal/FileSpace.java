package io.lota4j.internal;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Optional;

/// Room on a disk that is taken before anything is written: what is written through a map into a file with holes, on a
/// disk that is full by then, ends the process.
public final class FileSpace {
    private static final FunctionDescriptor CREAT =
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
    private static final FunctionDescriptor FALLOCATE = FunctionDescriptor.of(
            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG);
    private static final FunctionDescriptor CLOSE = FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);

    /// Read and written by the user alone.
    private static final int MODE = 0600;

    // Numbers of errors that Linux has on all its processors.
    private static final int INTERRUPTED = 4;
    private static final int NO_SPACE = 28;
    private static final int TOO_LARGE = 27;

    private FileSpace() {}

    /// Makes a file anew and takes room for it, which then reads as zeros.
    ///
    /// @return false where the system has no way to do so, and the room has to be written
    /// @throws IOException when the disk has less
    public static boolean take(Path file, long bytes) throws IOException {
        Optional<MethodHandle> creat = CFunctions.find("creat", CREAT);
        Optional<MethodHandle> fallocate = CFunctions.find("posix_fallocate", FALLOCATE);
        Optional<MethodHandle> close = CFunctions.find("close", CLOSE);
        if (creat.isEmpty() || fallocate.isEmpty() || close.isEmpty()) {
            return false;
        }
        int descriptor;
        try (Arena arena = Arena.ofConfined()) {
            descriptor = CFunctions.call("creat", creat.get(), arena.allocateFrom(file.toString()), MODE);
        }
        if (descriptor < 0) {
            return false;
        }
        try {
            int error = INTERRUPTED;
            while (error == INTERRUPTED) {
                error = CFunctions.call("posix_fallocate", fallocate.get(), descriptor, 0L, bytes);
            }
            if (error == NO_SPACE || error == TOO_LARGE) {
                throw new FileSystemException(file.toString(), null, "No space left on device");
            }
            return error == 0;
        } finally {
            CFunctions.call("close", close.get(), descriptor);
        }
    }
}
