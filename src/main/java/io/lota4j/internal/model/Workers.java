package io.lota4j.internal.model;

import ai.djl.pytorch.jni.JniUtils;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/// Threads that compute beside each other, each with its share of those that libtorch uses. Where an operator works
/// with
/// all of them, its threads wait for the last one at its end, and for what only one of them does.
final class Workers implements AutoCloseable {
    /// How a thread says how many threads its operators use, OpenMP's way and, where it is there, MKL's. DJL's way
    /// changes the number for all threads.
    private record Settings(MethodHandle openMp, Optional<MethodHandle> mkl) {
        private static final Optional<Settings> FOUND = find();

        private static Optional<Settings> find() {
            try {
                SymbolLookup libraries = SymbolLookup.loaderLookup();
                Optional<MemorySegment> mkl = libraries.find("MKL_Set_Num_Threads_Local");
                return libraries
                        .find("omp_set_num_threads")
                        .map(found -> new Settings(
                                function(found, FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT)),
                                mkl.map(address -> function(
                                        address, FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT)))));
            } catch (IllegalCallerException | UnsupportedOperationException denied) {
                return Optional.empty();
            }
        }

        private static MethodHandle function(MemorySegment address, FunctionDescriptor descriptor) {
            return Linker.nativeLinker().downcallHandle(address, descriptor);
        }

        /// Sets the number of threads for what this thread runs from now on.
        void use(int threads) {
            // The first question makes libtorch set its own number, which would come after this one.
            JniUtils.getNumThreads();
            call(openMp, threads);
            mkl.ifPresent(function -> call(function, threads));
        }

        private static void call(MethodHandle function, int threads) {
            try {
                function.invokeWithArguments(threads);
            } catch (Throwable e) {
                // What a method handle is declared to throw; these functions throw nothing.
                throw new IllegalStateException(e);
            }
        }
    }

    private final Settings settings;
    private final int count;
    private final ExecutorService threads;

    private Workers(Settings settings, int count) {
        this.settings = settings;
        this.count = count;
        this.threads = Executors.newFixedThreadPool(
                count, Thread.ofPlatform().daemon().name("lota-scores-", 1).factory());
    }

    /// As many as libtorch uses threads; empty where that is one, or the engine's libraries have no such setting.
    static Optional<Workers> all() {
        int count = Torch.threads();
        return count == 1 ? Optional.empty() : Settings.FOUND.map(settings -> new Workers(settings, count));
    }

    int count() {
        return count;
    }

    /// Does some work at once, and waits until all of it has ended.
    ///
    /// @param work at most [#count]
    /// @return what came of it, in its order
    /// @throws RuntimeException that the first of those threw which failed
    <T> List<T> run(List<Supplier<T>> work) {
        int each = count / work.size();
        List<CompletableFuture<T>> started = work.stream()
                .map(part -> CompletableFuture.supplyAsync(
                        () -> {
                            settings.use(each);
                            return part.get();
                        },
                        threads))
                .toList();
        try {
            CompletableFuture.allOf(started.toArray(CompletableFuture[]::new)).join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (failed.getCause() instanceof Error cause) {
                throw cause;
            }
            throw failed;
        }
        List<T> results = new ArrayList<>();
        started.forEach(part -> results.add(part.join()));
        return results;
    }

    @Override
    public void close() {
        threads.shutdown();
    }
}
