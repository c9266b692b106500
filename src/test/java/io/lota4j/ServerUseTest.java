package io.lota4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.data.Dataset;
import io.lota4j.demo.DemoData;
import io.lota4j.demo.DemoFiles;
import io.lota4j.demo.DemoTask;
import io.lota4j.export.ExportOptions;
import io.lota4j.export.Exports;
import io.lota4j.internal.Sha256;
import io.lota4j.internal.model.RandomModel;
import io.lota4j.kernel.choice.KernelChoice;
import io.lota4j.mask.Mask;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import io.lota4j.train.RunObserver;
import io.lota4j.train.StateFile;
import io.lota4j.train.TrainConfig;
import io.lota4j.train.Training;
import io.lota4j.train.attribution.Random;
import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a server does with the library: several bases and threads, runs that are cancelled, class loaders, folders
/// that cannot be written. Section `In a server` of `docs/library.md` says what is promised.
class ServerUseTest {
    private static final TrainConfig CONFIG =
            TrainConfig.of(3, 1e-3).batchSize(2).seed(5).build();
    private static final TrainConfig ENDLESS =
            TrainConfig.of(1_000_000, 1e-3).batchSize(2).build();

    @TempDir
    private static Path shared = Path.of("");

    @TempDir
    private Path folder = Path.of("");

    @BeforeAll
    static void write() {
        DemoFiles.writeBase(shared.resolve("one"));
        RandomModel.of(shared.resolve("one"), 3).write(shared.resolve("one"), shared.resolve("two"));
        DemoFiles.writeTask(shared, new DemoData(DemoData.DEFAULT_SEED), DemoTask.PLUS);
    }

    private static Lota open(String base) {
        return Lota.open(shared.resolve(base), KernelChoice.JAVA, MemoryPolicy.KEEP);
    }

    private static Dataset rows(Lota lota) {
        return lota.data(
                shared.resolve("plus-train.jsonl"),
                RowOptions.templates("{prompt}", "{completion}").limit(8));
    }

    private static Mask mask(Lota lota) {
        return lota.mask(new Random(), Calibration.of(0.9), 3);
    }

    private static Ticket trained(Lota lota, RunObserver observer) {
        return lota.train(rows(lota), mask(lota), CONFIG, observer, StateFile.NONE)
                .result();
    }

    private static String answer(Lota lota, List<Ticket> tickets) {
        return lota.answer("plus:3,4", tickets, Generation.greedy(4)).text();
    }

    private String digest(Ticket ticket) throws IOException {
        Path file = Files.createTempFile(folder, "t", ".ticket.safetensors");
        Files.delete(file);
        TicketFile.write(file, ticket);
        return Sha256.ofFile(file);
    }

    /// The digest of a base's ticket, and an answer.
    private record Made(String ticket, String answer) {}

    private Made alone(String base) throws IOException {
        try (Lota lota = open(base)) {
            Ticket ticket = trained(lota, RunObserver.NONE);
            return new Made(digest(ticket), answer(lota, List.of(ticket)));
        }
    }

    @Test
    void twoBasesGiveWhatEachGivesAlone() throws IOException {
        Made first = alone("one");
        Made second = alone("two");
        List<Ticket> inner = new ArrayList<>();
        List<String> answers = new ArrayList<>();
        try (Lota one = open("one");
                Lota two = open("two")) {
            Ticket outer = trained(one, RunObserver.steps(step -> {
                if (step.step() == 2) {
                    inner.add(trained(two, RunObserver.NONE));
                }
                answers.add(answer(two, inner));
            }));
            assertThat(digest(outer)).isEqualTo(first.ticket());
            assertThat(digest(inner.getFirst())).isEqualTo(second.ticket());
            assertThat(answers.getLast()).isEqualTo(second.answer());
            assertThat(answer(one, List.of(outer))).isEqualTo(first.answer());
        }
    }

    @Test
    void threadsWithABaseEachGiveWhatEachGivesAlone() throws Exception {
        Map<String, Made> alone = Map.of("one", alone("one"), "two", alone("two"));
        try (ExecutorService pool = Executors.newFixedThreadPool(3)) {
            Map<Future<Made>, String> asked = new LinkedHashMap<>();
            for (String base : List.of("one", "two", "one")) {
                asked.put(pool.submit(() -> alone(base)), base);
            }
            for (Map.Entry<Future<Made>, String> entry : asked.entrySet()) {
                Made made = entry.getKey().get();
                assertThat(alone).hasEntrySatisfying(entry.getValue(), expected -> {
                    assertThat(made.ticket()).isEqualTo(expected.ticket());
                    assertThat(made.answer()).isEqualTo(expected.answer());
                });
            }
        }
    }

    /// Whose memory would be freed under a run, or opened twice.
    @Test
    void aSecondThreadIsRefusedWhileOneIsAtWork() throws Exception {
        CountDownLatch atWork = new CountDownLatch(1);
        AtomicBoolean cancelled = new AtomicBoolean();
        try (Lota lota = open("one");
                ExecutorService pool = Executors.newSingleThreadExecutor()) {
            Dataset rows = rows(lota);
            Mask mask = mask(lota);
            RunObserver observer = RunObserver.steps(step -> atWork.countDown()).stopWhen(cancelled::get);
            Future<Training<Ticket>> training =
                    pool.submit(() -> lota.train(rows, mask, ENDLESS, observer, StateFile.NONE));
            atWork.await();
            String told = "one Lota is for one thread at a time";
            assertThatThrownBy(() -> answer(lota, List.of()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(told)
                    .hasMessageContaining(Thread.currentThread().getName());
            assertThatThrownBy(lota::fingerprint).hasMessageContaining(told);
            assertThatThrownBy(lota::close).hasMessageContaining(told);
            cancelled.set(true);
            assertThat(training.get().finished()).isFalse();
            assertThat(answer(lota, List.of())).isNotNull();
        }
    }

    @Test
    void anotherThreadCancelsByAFlagOrAnInterrupt() throws Exception {
        try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
            for (boolean byFlag : new boolean[] {true, false}) {
                StateFile state = StateFile.at(folder.resolve(byFlag + ".state"));
                CountDownLatch begun = new CountDownLatch(1);
                CountDownLatch ended = new CountDownLatch(1);
                AtomicBoolean flag = new AtomicBoolean();
                List<Training<Ticket>> stopped = new ArrayList<>();
                RunObserver observer =
                        RunObserver.steps(step -> begun.countDown()).stopWhen(flag::get);
                Future<?> run = pool.submit(() -> {
                    try (Lota lota = open("one")) {
                        stopped.add(lota.train(rows(lota), mask(lota), ENDLESS, observer, state));
                    } finally {
                        ended.countDown();
                    }
                });
                begun.await();
                if (byFlag) {
                    flag.set(true);
                } else {
                    run.cancel(true);
                }
                ended.await();
                assertThat(stopped).hasSize(1);
                assertThat(stopped.getFirst().finished()).isFalse();
                assertThat(state.file()).exists();
            }
        }
    }

    /// What is written is written to its end; what has no result says so.
    @Test
    void anInterruptedThreadWritesWholeFilesOrIsToldThereIsNoResult() throws IOException {
        Path one = folder.resolve("one.ticket.safetensors");
        try (Lota lota = open("one")) {
            Dataset rows = rows(lota);
            Ticket ticket = trained(lota, RunObserver.NONE);
            TicketFile.write(one, ticket);
            Path merged = folder.resolve("merged.ticket.safetensors");
            Lota.merge(List.of(one, one), MergeOptions.by("add"), merged);
            lota.export(Exports.of("peft"), List.of(ticket), ExportOptions.DEFAULTS, folder.resolve("peft"));
            try {
                Thread.currentThread().interrupt();
                Path again = folder.resolve("again.ticket.safetensors");
                Lota.merge(List.of(one, one), MergeOptions.by("add"), again);
                lota.export(Exports.of("peft"), List.of(ticket), ExportOptions.DEFAULTS, folder.resolve("peft2"));
                assertThat(again).hasSameBinaryContentAs(merged);
                Path weights = Path.of("adapter_model.safetensors");
                assertThat(folder.resolve("peft2").resolve(weights))
                        .hasSameBinaryContentAs(folder.resolve("peft").resolve(weights));
                assertThat(lota.importAdapter(folder.resolve("peft2")).ticket().nnz())
                        .isEqualTo(ticket.nnz());
                assertThatThrownBy(() -> lota.calibrate(rows, Calibration.of(0.9), CONFIG)
                                .result())
                        .isInstanceOf(StoppedException.class);
                assertThatThrownBy(() -> lota.evaluate(rows, List.of(), EvalOptions.LOSSES.batchSize(2)))
                        .isInstanceOf(StoppedException.class);
            } finally {
                assertThat(Thread.interrupted()).isTrue();
            }
        }
    }

    /// Native libraries belong to one class loader until the JVM ends.
    @Test
    void aSecondClassLoaderIsToldWhatToDo() throws IOException, InterruptedException {
        ProcessBuilder builder = Processes.java(
                List.of("--enable-native-access=ALL-UNNAMED", "-XX:TieredStopAtLevel=1"),
                Loaders.class,
                shared.toString());
        List<String> lines = Processes.output(builder)
                .lines()
                .filter(line -> line.startsWith("loader "))
                .toList();
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0)).startsWith("loader first answered");
        assertThat(lines.get(1))
                .contains("another class loader of this JVM has loaded them")
                .contains("one class loader that all of them share");
        assertThat(lines.get(2)).isEqualTo(lines.get(0));
    }

    /// Uses the library in class loaders of their own.
    static final class Loaders {
        private Loaders() {}

        public static void main(String[] args) throws Exception {
            try (URLClassLoader first = loader();
                    URLClassLoader second = loader()) {
                System.out.println("loader first " + use(first, args[0]));
                System.out.println("loader second " + use(second, args[0]));
                System.out.println("loader first " + use(first, args[0]));
            }
        }

        private static URLClassLoader loader() throws MalformedURLException {
            List<URL> urls = new ArrayList<>();
            for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
                urls.add(Path.of(entry).toUri().toURL());
            }
            return new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
        }

        private static Object use(ClassLoader loader, String folder) throws ReflectiveOperationException {
            return Class.forName(Guest.class.getName(), true, loader)
                    .getMethod("use", String.class)
                    .invoke(null, folder);
        }
    }

    /// Runs inside a class loader.
    public static final class Guest {
        private Guest() {}

        public static String use(String folder) {
            try (Lota lota = Lota.open(Path.of(folder, "one"), KernelChoice.JAVA, MemoryPolicy.KEEP)) {
                return "answered " + answer(lota, List.of());
            } catch (LotaException e) {
                return "was told: " + e.getMessage();
            }
        }
    }

    /// As a container mounts a base, also out of a cache of Hugging Face's.
    @Test
    void nothingIsWrittenBesideABase() throws IOException {
        Path cache = Files.createDirectories(folder.resolve("cache/models--own--demo"));
        Path snapshot = cache.resolve("snapshots/abc");
        DemoFiles.writeBase(snapshot);
        Files.writeString(Files.createDirectory(cache.resolve("refs")).resolve("main"), "abc");
        Files.copy(shared.resolve("plus-train.jsonl"), folder.resolve("cache/rows.jsonl"));
        readOnly(folder.resolve("cache"), true);
        Map<String, String> before = state(folder.resolve("cache"));
        try (Lota lota = Lota.open(cache, KernelChoice.JAVA, MemoryPolicy.KEEP)) {
            Dataset rows = lota.data(
                    folder.resolve("cache/rows.jsonl"),
                    RowOptions.templates("{prompt}", "{completion}").limit(8));
            Mask mask = lota.calibrate(rows, Calibration.of(0.9), CONFIG).result();
            Ticket ticket = lota.train(rows, mask, CONFIG).result();
            lota.evaluate(rows, List.of(ticket), EvalOptions.answers(2));
            lota.apply(ticket, folder.resolve("tuned"));
            lota.export(Exports.of("hf"), List.of(ticket), ExportOptions.DEFAULTS, folder.resolve("hf"));
        } finally {
            readOnly(folder.resolve("cache"), false);
        }
        assertThat(state(folder.resolve("cache"))).isEqualTo(before);
    }

    private static void readOnly(Path root, boolean on) throws IOException {
        List<Path> all;
        try (Stream<Path> files = Files.walk(root)) {
            all = files.toList();
        }
        for (Path path : all) {
            Set<PosixFilePermission> permissions =
                    EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_EXECUTE);
            if (!on) {
                permissions.add(PosixFilePermission.OWNER_WRITE);
            }
            Files.setPosixFilePermissions(path, permissions);
        }
    }

    /// Every file and folder with its size and time: an administrator may write whatever the permissions say.
    private static Map<String, String> state(Path root) throws IOException {
        Map<String, String> state = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path path : files.toList()) {
                state.put(path.toString(), Files.size(path) + " " + Files.getLastModifiedTime(path));
            }
        }
        return state;
    }
}
