package io.lota4j.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What the engine's libraries read from the process's environment when they load, and then never again.
///
/// A variable that is there already stays as it is. Programs that are started later do not get to see what is set
/// here: a JVM gives them the environment that it was started with.
public final class NativeEnvironment implements AutoCloseable {
    private static final FunctionDescriptor SET =
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
    private static final FunctionDescriptor UNSET = FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS);

    /// Read later than the rest, at the first product: it stays.
    private static final String PRODUCTS_KEPT = "ONEDNN_PRIMITIVE_CACHE_CAPACITY";

    private final List<String> names;

    private NativeEnvironment(List<String> names) {
        this.names = names;
    }

    /// Waiting workers of OpenMP take a processor each, and everything waits for them where others want it: they are
    /// to wait quietly after some microseconds. oneDNN keeps the code of 1024 products, near 1 MB each, where a
    /// batch needs about 16. OpenMP counts the processors of the machine, not those that a container may use.
    private static Map<String, String> wanted() {
        Map<String, String> wanted = new LinkedHashMap<>();
        wanted.put("OMP_WAIT_POLICY", "PASSIVE");
        wanted.put("GOMP_SPINCOUNT", "10000");
        wanted.put(PRODUCTS_KEPT, "24");
        if (System.getenv("MKL_NUM_THREADS") == null) {
            wanted.put("OMP_NUM_THREADS", Integer.toString(Runtime.getRuntime().availableProcessors()));
        }
        System.getenv().keySet().forEach(wanted::remove);
        return wanted;
    }

    /// Sets what is not set. Where the JVM was told to deny native access, or there is no such function, everything
    /// works as well, with more of the processors' time.
    static NativeEnvironment set() {
        List<String> set = new ArrayList<>();
        Map<String, String> wanted = wanted();
        Optional<MethodHandle> function = wanted.isEmpty() ? Optional.empty() : CFunctions.find("setenv", SET);
        function.ifPresent(setenv -> wanted.forEach((name, value) -> {
            try (Arena arena = Arena.ofConfined()) {
                CFunctions.call("setenv", setenv, arena.allocateFrom(name), arena.allocateFrom(value), 0);
                set.add(name);
            }
        }));
        set.remove(PRODUCTS_KEPT);
        return new NativeEnvironment(set);
    }

    /// Takes away again what was set and has been read.
    @Override
    public void close() {
        if (names.isEmpty()) {
            return;
        }
        CFunctions.find("unsetenv", UNSET)
                .ifPresent(unsetenv -> names.forEach(name -> {
                    try (Arena arena = Arena.ofConfined()) {
                        CFunctions.call("unsetenv", unsetenv, arena.allocateFrom(name));
                    }
                }));
    }
}
