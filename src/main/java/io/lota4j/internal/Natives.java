package io.lota4j.internal;

import io.lota4j.LotaException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Loads the native libraries, in whatever program this library is a part of: what it takes for that is set before and
/// put back afterwards, and what can go wrong is told.
public final class Natives {
    /// What DJL asks for when it loads: nothing may be fetched, and no use reported, at run time.
    private static final Map<String, String> OFFLINE = Map.of("ai.djl.offline", "true", "OPT_OUT_TRACKING", "true");

    private static final Object ONE_AT_A_TIME = new Object();
    private static final Map<Library, String> FAILED = new HashMap<>();
    private static final Set<Library> LOADED = new HashSet<>();

    private Natives() {}

    /// What is loaded.
    ///
    /// @param title what a message calls it, in the plural
    /// @param folder its name below the cache
    /// @param bytes what it takes there
    public record Library(String title, String folder, long bytes) {
        /// The engine.
        public static final Library PYTORCH = new Library("PyTorch's libraries", "pytorch", 460_000_000);

        /// What reads `tokenizer.json`.
        public static final Library TOKENIZERS =
                new Library("The libraries of the tokenizers", "tokenizers", 16_000_000);
    }

    /// Some work of DJL's.
    ///
    /// @param <T> what comes of it
    /// @param <E> what it may throw
    public interface Work<T, E extends Exception> {
        /// Does it.
        T run() throws E;
    }

    /// Loads a library, unless it is loaded.
    ///
    /// @param loading makes DJL load it
    /// @throws LotaException if it cannot be, with the folder, the reason and what to do; the same again at each
    ///     further call, for a JVM tries only once
    public static void load(Library library, Runnable loading) {
        synchronized (ONE_AT_A_TIME) {
            if (LOADED.contains(library)) {
                return;
            }
            @Nullable String failed = FAILED.get(library);
            if (failed != null) {
                throw new LotaException(failed);
            }
            NativeCache cache = NativeCache.of(library);
            cache.requireOwn();
            NativeAllocator.keepMemory();
            try (NativeEnvironment environment = NativeEnvironment.set()) {
                hosted(() -> {
                    loading.run();
                    return library;
                });
                LOADED.add(library);
            } catch (RuntimeException | LinkageError | AssertionError e) {
                LotaException told = cache.failure(e);
                FAILED.put(library, String.valueOf(told.getMessage()));
                throw told;
            }
        }
    }

    /// Does what DJL needs its own classes and its switches for. The thread's class loader may be any program's, and
    /// the switches are those of the whole JVM: both are put back.
    ///
    /// @throws E as the work does
    public static <T, E extends Exception> T hosted(Work<T, E> work) throws E {
        synchronized (ONE_AT_A_TIME) {
            Thread thread = Thread.currentThread();
            @Nullable ClassLoader before = thread.getContextClassLoader();
            Map<String, @Nullable String> properties = new HashMap<>();
            try {
                thread.setContextClassLoader(Natives.class.getClassLoader());
                OFFLINE.forEach((key, value) -> properties.put(key, System.setProperty(key, value)));
                return work.run();
            } finally {
                properties.forEach(Natives::putBack);
                thread.setContextClassLoader(before);
            }
        }
    }

    private static void putBack(String key, @Nullable String value) {
        if (value == null) {
            System.clearProperty(key);
        } else {
            System.setProperty(key, value);
        }
    }
}
