package io.lota4j.campaign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// A disk that is full, or a file that may not become larger, at a drawn byte: a command ends well or says so, what is
/// there under a result's name is whole, and with more room the same command gives the bytes of a run that had it.
///
/// `-Dcampaign.sizes=N` sets how many sizes each command meets.
@EnabledOnOs(OS.LINUX)
class FullDiskCampaign {
    private static final int SIZES = Campaigns.amount("sizes", 6);
    private static final int KILOBYTE = 1024;
    /// The JVM's own file for tools is as large.
    private static final int LEAST_LIMIT = 64 * KILOBYTE;

    private static final String ROOM = "had room";
    private static final String REFUSED = "refused";
    private static final String RESCUED = "rescued";

    /// What says more with each step.
    private static final Set<String> GROWING = Set.of(Inputs.METRICS, "grid/run.json", "grid/metrics.jsonl");

    private static final Pattern TOLD = Pattern.compile("the disk is full|File too large|are needed, .* are free");

    @TempDir
    private static Path shared = Path.of("");

    private static SequencedMap<String, List<String>> commands = new LinkedHashMap<>();

    private final RandomGenerator random = Campaigns.random(Campaigns.seed());

    @BeforeAll
    static void prepare() throws IOException, InterruptedException {
        commands = Inputs.write(shared.resolve("inputs"), 256).commands();
    }

    /// What keeps a command from writing all.
    private interface Limit {
        /// Holds a command to so many bytes.
        ProcessBuilder at(long bytes, ProcessBuilder builder) throws IOException, InterruptedException;

        /// Gives it all that it needs.
        void lift() throws IOException, InterruptedException;
    }

    /// A file system in memory.
    private record Disk(Path folder) implements Limit {
        @Override
        public ProcessBuilder at(long bytes, ProcessBuilder builder) throws IOException, InterruptedException {
            resize(bytes);
            return builder;
        }

        @Override
        public void lift() throws IOException, InterruptedException {
            resize(1L << 30);
        }

        private void resize(long bytes) throws IOException, InterruptedException {
            assertThat(Mount.run("mount", "-o", "remount,size=" + bytes, folder.toString()))
                    .isTrue();
        }
    }

    /// What `ulimit -f` sets, in kilobytes.
    private record Ulimit() implements Limit {
        @Override
        public ProcessBuilder at(long bytes, ProcessBuilder builder) {
            List<String> command = new ArrayList<>(List.of("bash", "-c", "ulimit -f \"$0\" && exec \"$@\""));
            command.add(Long.toString(Math.max(LEAST_LIMIT, bytes) / KILOBYTE));
            command.addAll(builder.command());
            return builder.command(command);
        }

        @Override
        public void lift() {
            // It was the child's alone.
        }
    }

    @Test
    void aFullDiskEndsNothingHalf() throws IOException, InterruptedException {
        Path folder = Files.createDirectory(shared.resolve("disk"));
        try (Mount disk = Mount.of(folder, "-t", "tmpfs", "-o", "size=1g", "tmpfs")) {
            assumeTrue(disk.mounted(), "file systems may not be mounted here");
            sweep("a full disk", folder, new Disk(folder));
        }
    }

    @Test
    void aLimitOfFilesEndsNothingHalf() throws IOException, InterruptedException {
        sweep("ulimit -f", Files.createDirectory(shared.resolve("limited")), new Ulimit());
    }

    private void sweep(String what, Path work, Limit limit) throws IOException, InterruptedException {
        Campaigns.say(Text.format("%s: seed %d, %d sizes a command", what, Campaigns.seed(), SIZES));
        List<List<String>> table = new ArrayList<>(List.of(List.of(what, "refused", "rescued", "had room")));
        List<String> failures = new ArrayList<>();
        int refused = 0;
        for (Map.Entry<String, List<String>> command : commands.entrySet()) {
            Path alone = Files.createDirectory(work.resolve("alone"));
            LotaProcess process = LotaProcess.start(alone, shared.resolve("alone.log"), command.getValue());
            assertThat(process.await()).as(process.output()).isZero();
            SortedMap<String, byte[]> expected = Tree.contents(alone, name -> true);
            clear(work);
            Map<String, Integer> ends = new TreeMap<>();
            long all =
                    expected.values().stream().mapToLong(bytes -> bytes.length).sum();
            for (int size = 0; size < SIZES; size++) {
                // Beside a result there may be a state, and folders take room too.
                long bytes = random.nextLong(8L * KILOBYTE, all + all / 2 + 64L * KILOBYTE);
                Path folder = Files.createDirectory(work.resolve("work"));
                String how = limited(command.getValue(), folder, limit, bytes, expected, failures);
                ends.merge(how, 1, Integer::sum);
                clear(work);
            }
            refused += SIZES - ends.getOrDefault(ROOM, 0);
            table.add(List.of(command.getKey(), count(ends, REFUSED), count(ends, RESCUED), count(ends, ROOM)));
        }
        Campaigns.say(Campaigns.table(table));
        assertThat(failures).isEmpty();
        assertThat(refused).as("runs that had too little room").isGreaterThan(SIZES * commands.size() / 4);
    }

    private static String count(Map<String, Integer> ends, String end) {
        return Integer.toString(ends.getOrDefault(end, 0));
    }

    private static void clear(Path work) throws IOException {
        for (String name : List.of("alone", "work")) {
            AtomicFile.deleteTree(work.resolve(name));
        }
    }

    /// @return how it ended
    private static String limited(
            List<String> command,
            Path folder,
            Limit limit,
            long bytes,
            SortedMap<String, byte[]> expected,
            List<String> failures)
            throws IOException, InterruptedException {
        Path home = Files.createDirectories(shared.resolve("home"));
        ProcessBuilder builder = LotaProcess.builder(folder, command);
        Path natives = Path.of(System.getProperty("user.home"), ".djl.ai");
        builder.environment().put("ENGINE_CACHE_DIR", natives.toString());
        // What is rescued goes there.
        builder.environment().put("JDK_JAVA_OPTIONS", "-Duser.home=" + home);
        LotaProcess process = LotaProcess.start(limit.at(bytes, builder), shared.resolve("limited.log"), command);
        int code = process.await();
        String output = process.output();
        List<String> wrong = new ArrayList<>();
        boolean rescued = output.contains("What was made is kept as");
        if (code != 0 && (code >= LotaProcess.KILLED - 9 || output.contains("\tat "))) {
            wrong.add("it ended with " + code);
        }
        if (code != 0 && !TOLD.matcher(output).find()) {
            wrong.add("it does not say what is the matter");
        }
        Tree.contents(folder, name -> true).forEach((name, content) -> {
            if (Tree.isUnfinished(name) && !name.contains(".partial")) {
                wrong.add(name + " is left over");
            } else if (!GROWING.contains(name) && expected.containsKey(name) && !isSame(expected.get(name), content)) {
                wrong.add(name + " is not whole");
            }
        });
        if (rescued) {
            rescued(home, expected, wrong);
        }
        limit.lift();
        Retry retry = new Retry(folder, shared.resolve("again.log"), expected);
        String how = code == 0 ? "not needed" : retry.run(command);
        String difference = retry.difference(how);
        if (!difference.isEmpty()) {
            wrong.add("started again (" + how + "): " + difference);
        }
        if (!wrong.isEmpty()) {
            failures.add(Text.format(
                    "seed %d, %d bytes, lota %s: %s. It says: %s",
                    Campaigns.seed(), bytes, String.join(" ", command), wrong, output));
        }
        return code == 0 ? ROOM : rescued ? RESCUED : REFUSED;
    }

    private static boolean isSame(byte[] expected, byte[] found) {
        return Arrays.equals(expected, found);
    }

    /// What could not be written in its place is whole where it is kept.
    private static void rescued(Path home, SortedMap<String, byte[]> expected, List<String> wrong) throws IOException {
        SortedMap<String, byte[]> kept = Tree.contents(home, name -> name.startsWith("rescued-"));
        if (kept.size() != 1
                || !isSame(expected.get(Inputs.RESULT), kept.firstEntry().getValue())) {
            wrong.add("what was rescued is not the result: " + kept.keySet());
        }
        for (String name : kept.keySet()) {
            Files.delete(home.resolve(name));
        }
    }
}
