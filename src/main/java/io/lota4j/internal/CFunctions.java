package io.lota4j.internal;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/// Functions of the C library that this process has.
public final class CFunctions {
    private CFunctions() {}

    /// A handle of one of them.
    ///
    /// @return empty where the JVM was told to deny native access, or there is no such function
    public static Optional<MethodHandle> find(String name, FunctionDescriptor descriptor, Linker.Option... options) {
        try {
            Linker linker = Linker.nativeLinker();
            Optional<MemorySegment> found = linker.defaultLookup().find(name);
            return found.map(address -> linker.downcallHandle(address, descriptor, options));
        } catch (IllegalCallerException | UnsupportedOperationException denied) {
            return Optional.empty();
        }
    }

    /// Calls a function that gives back an `int`, as those that are found here do.
    static int call(String name, MethodHandle function, Object... arguments) {
        try {
            return (int) function.invokeWithArguments(arguments);
        } catch (Throwable e) {
            // What a method handle is declared to throw; a function of C throws nothing.
            throw new IllegalStateException(name, e);
        }
    }
}
