package io.lota4j.internal.kernel.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lota4j.Processes;
import io.lota4j.internal.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/// A `libcuda.so.1` that runs the kernels on the CPU: `src/test/cuda`. Built when its sources have changed, and
/// loaded before JCuda looks for the driver.
public final class StandIn {
    private static final Path SOURCES = Path.of("src/test/cuda");
    private static final Path KERNELS = Path.of("src/main/cuda");

    private StandIn() {}

    private static final class Loaded {
        private static final Path LIBRARY = load();
        private static final SymbolLookup SYMBOLS = SymbolLookup.libraryLookup(LIBRARY, Arena.global());

        private static Path load() {
            try {
                Path library = built().toAbsolutePath();
                System.load(library.toString());
                return library;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                throw new IllegalStateException("interrupted while g++ ran", e);
            }
        }
    }

    /// Whether the tests shall run on the machine's own driver and card: `LOTA_TEST_DRIVER=real`.
    static boolean isReplaced() {
        return "real".equals(System.getenv("LOTA_TEST_DRIVER"));
    }

    /// Loads it, unless the machine's own driver is asked for, which must then work.
    public static void loadUnlessReplaced() {
        if (isReplaced()) {
            assertThat(CudaKernel.unavailable()).isEmpty();
        } else {
            load();
        }
    }

    /// Loads it, once in a JVM. Without g++ the calling test is skipped, but on CI it fails.
    public static Path load() {
        assumeTrue(!isReplaced(), "LOTA_TEST_DRIVER=real: what needs the stand-in is not tested");
        boolean compiler = onPath("g++");
        if (System.getenv("CI") != null) {
            assertThat(compiler).as("g++ is on CI's PATH").isTrue();
        }
        assumeTrue(compiler, "g++ is not on the PATH: the CUDA kernels are not tested");
        return Loaded.LIBRARY;
    }

    /// Orders threads and blocks anew.
    static void seed(long seed) {
        call("standinSeed", FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG), seed);
    }

    /// How many pieces of device and pinned memory were not freed.
    static long liveAllocations() {
        return number("standinLiveAllocations");
    }

    /// How many copies between host and card were asked for so far.
    static long copies() {
        return number("standinCopies");
    }

    /// How many kernels were launched so far.
    public static long launches() {
        return number("standinLaunches");
    }

    /// Why the last launch failed.
    static String problem() {
        if (isReplaced()) {
            return "";
        }
        FunctionDescriptor text = FunctionDescriptor.of(ValueLayout.ADDRESS);
        return ((MemorySegment) call("standinProblem", text))
                .reinterpret(1 << 10)
                .getString(0);
    }

    private static long number(String name) {
        return (long) call(name, FunctionDescriptor.of(ValueLayout.JAVA_LONG));
    }

    private static Object call(String name, FunctionDescriptor type, Object... arguments) {
        MethodHandle handle = Linker.nativeLinker().downcallHandle(Loaded.SYMBOLS.findOrThrow(name), type);
        try {
            return handle.invokeWithArguments(arguments);
        } catch (Throwable e) {
            throw new IllegalStateException(name, e);
        }
    }

    static boolean onPath(String program) {
        return Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    private static Path built() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "g++",
                "-std=c++17",
                "-O2",
                "-g",
                "-Wall",
                "-Wextra",
                "-Werror",
                "-ffp-contract=off",
                "-fPIC",
                "-fvisibility=hidden",
                "-shared",
                "-Wl,-soname,libcuda.so.1"));
        Path folder = Path.of("target", "stand-in", digest(command));
        Path library = folder.resolve("libcuda.so.1");
        if (Files.exists(library)) {
            return library;
        }
        Files.createDirectories(folder);
        Path unfinished = Files.createTempFile(folder, "libcuda", ".so");
        command.addAll(List.of("-o", unfinished.toString()));
        files(SOURCES).filter(f -> f.toString().endsWith(".cpp")).forEach(f -> command.add(f.toString()));
        command.add("-lpthread");
        Processes.output(new ProcessBuilder(command));
        Files.move(unfinished, library, StandardCopyOption.ATOMIC_MOVE);
        return library;
    }

    private static String digest(List<String> command) throws IOException {
        MessageDigest digest = Sha256.digest();
        digest.update(String.join(" ", command).getBytes(StandardCharsets.UTF_8));
        for (Path file : Stream.concat(files(SOURCES), files(KERNELS)).toList()) {
            digest.update(file.toString().getBytes(StandardCharsets.UTF_8));
            digest.update(Files.readAllBytes(file));
        }
        return HexFormat.of().formatHex(digest.digest()).substring(0, 16);
    }

    private static Stream<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList().stream();
        }
    }
}
