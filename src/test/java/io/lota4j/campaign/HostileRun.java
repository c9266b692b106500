package io.lota4j.campaign;

import com.sun.management.ThreadMXBean;
import io.lota4j.LotaException;
import io.lota4j.internal.ProcessMemory;
import io.lota4j.internal.Text;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;

/// Reads many hostile inputs of one format in a JVM of its own, which an input may crash, halt or fill. Which input
/// that was stands in a file that is mapped into memory.
final class HostileRun {
    /// How this JVM ends when an input takes too long.
    static final int HUNG = 3;

    /// How long one input may take.
    private static final long PATIENCE_NANOS = 5_000_000_000L;

    /// What all of this process may have in memory at once, whoever allocates it.
    static final long MOST_MEMORY = 512L << 20;

    /// The most faults of one kind that are kept.
    private static final int KEPT = 2;

    private final HostileFormat format;
    private final long seed;
    private final Path results;
    private final MappedByteBuffer at;
    private final List<Object> undamaged = new ArrayList<>();
    private final Map<String, Integer> faults = new HashMap<>();
    private final Tally tally = new Tally();
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final Thread worker = Thread.currentThread();
    private volatile long started;

    private HostileRun(HostileFormat format, long seed, Path results) throws IOException {
        this.format = format;
        this.seed = seed;
        this.results = results;
        this.at = at(results, format.name());
    }

    /// What became of inputs.
    static final class Tally {
        long accepted;
        long refused;
        long faults;
        long slowestNanos;
        long slowest;
        long mostAllocated;
        long largest;
        long peak;

        Tally() {}

        /// @param line as [#toString] gives it
        static Tally of(String line) {
            Tally tally = new Tally();
            String[] numbers = line.split(" ");
            tally.accepted = Long.parseLong(numbers[0]);
            tally.refused = Long.parseLong(numbers[1]);
            tally.faults = Long.parseLong(numbers[2]);
            tally.slowestNanos = Long.parseLong(numbers[3]);
            tally.slowest = Long.parseLong(numbers[4]);
            tally.mostAllocated = Long.parseLong(numbers[5]);
            tally.largest = Long.parseLong(numbers[6]);
            tally.peak = Long.parseLong(numbers[7]);
            return tally;
        }

        @Override
        public String toString() {
            return Text.format(
                    "%d %d %d %d %d %d %d %d",
                    accepted, refused, faults, slowestNanos, slowest, mostAllocated, largest, peak);
        }
    }

    static Path tally(Path results, String name) {
        return results.resolve(name + ".tally");
    }

    /// The number of the input that is being read, in a file that outlives this JVM.
    static MappedByteBuffer at(Path results, String name) throws IOException {
        Path file = results.resolve(name + ".at");
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return channel.map(FileChannel.MapMode.READ_WRITE, 0, Long.BYTES);
        }
    }

    /// @param args the format, the campaign's seed, the first input, the number behind the last, an empty folder to
    ///     work in, and the folder of the results
    public static void main(String[] args) throws IOException {
        HostileFormat format = HostileFormats.of(args[0], Path.of(args[4]));
        HostileRun run = new HostileRun(format, Long.parseLong(args[1]), Path.of(args[5]));
        run.read(Long.parseLong(args[2]), Long.parseLong(args[3]));
        System.exit(0);
    }

    private void read(long from, long to) throws IOException {
        if (format.sealed()) {
            for (byte[] valid : format.seeds()) {
                undamaged.add(format.reading().read(valid));
            }
        }
        Thread.ofPlatform().daemon().start(this::watch);
        for (long number = from; number < to; number++) {
            at.putLong(0, number);
            read(number);
            if (number % 500 == 0) {
                save();
            }
        }
        save();
    }

    private void save() throws IOException {
        tally.peak = ProcessMemory.peak().orElse(0);
        Files.writeString(tally(results, format.name()), tally.toString());
    }

    private void read(long number) throws IOException {
        Mutations.Input input = Mutations.of(format, seed, number);
        long before = threads.getCurrentThreadAllocatedBytes();
        long start = System.nanoTime();
        started = start;
        Throwable fault = fault(input);
        started = 0;
        long taken = System.nanoTime() - start;
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        if (taken > tally.slowestNanos) {
            tally.slowestNanos = taken;
            tally.slowest = number;
        }
        if (allocated > tally.mostAllocated) {
            tally.mostAllocated = allocated;
            tally.largest = number;
        }
        if (fault == null && (allocated > MOST_MEMORY / 16 || number % 200 == 0)) {
            fault = memory();
        }
        if (fault != null) {
            keep(number, input.bytes(), fault);
        }
    }

    /// What is wrong with how an input is read, or null.
    private Throwable fault(Mutations.Input input) {
        try {
            Object read = format.reading().read(input.bytes());
            tally.accepted++;
            return format.sealed() && !Objects.equals(read, undamaged.get(input.seed()))
                    ? new AssertionError("A damaged input is read as another.")
                    : null;
        } catch (LotaException refused) {
            tally.refused++;
            return refused.getMessage() == null || refused.getMessage().isBlank() ? refused : null;
        } catch (Throwable fault) {
            return fault;
        }
    }

    private static Throwable memory() {
        OptionalLong peak = ProcessMemory.peak();
        if (peak.orElse(0) <= MOST_MEMORY) {
            return null;
        }
        ProcessMemory.forgetPeak();
        return new AssertionError("The process has had " + peak.orElse(0) + " bytes in memory.");
    }

    private void keep(long number, byte[] input, Throwable fault) throws IOException {
        tally.faults++;
        int before = faults.merge(kind(fault), 1, Integer::sum);
        if (before <= KEPT) {
            StringWriter trace = new StringWriter();
            fault.printStackTrace(new PrintWriter(trace));
            keep(results, format.name(), number, input, trace.toString());
        }
    }

    /// Where faults of one kind begin.
    private static String kind(Throwable fault) {
        StringBuilder kind = new StringBuilder(fault.getClass().getName());
        StackTraceElement[] frames = fault.getStackTrace();
        for (int i = 0; i < Math.min(fault instanceof StackOverflowError ? 1 : 3, frames.length); i++) {
            kind.append(' ').append(frames[i].getClassName()).append(frames[i].getMethodName());
        }
        return kind.toString();
    }

    /// Keeps an input and what it did.
    static void keep(Path results, String name, long number, byte[] input, String what) throws IOException {
        String file = Text.format("%s-%d", name, number);
        Files.write(results.resolve(file + ".input"), input);
        String shown = what.length() < 20_000 ? what : what.substring(0, 20_000);
        Files.writeString(results.resolve(file + ".fault"), shown);
    }

    private void watch() {
        try {
            while (true) {
                Thread.sleep(200);
                long since = started;
                if (since != 0 && System.nanoTime() - since > PATIENCE_NANOS) {
                    StringBuilder where = new StringBuilder("It takes more than five seconds:\n");
                    for (StackTraceElement frame : worker.getStackTrace()) {
                        where.append("\tat ").append(frame).append('\n');
                    }
                    long number = at.getLong(0);
                    keep(
                            results,
                            format.name(),
                            number,
                            Mutations.of(format, seed, number).bytes(),
                            where.toString());
                    tally.faults++;
                    save();
                    Runtime.getRuntime().halt(HUNG);
                }
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
