package io.lota4j.campaign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lota4j.LauncherClone;
import io.lota4j.Processes;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.AtomicFile;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// File systems that are read-only, slow or full of other files, files that are cut while they are mapped, links and
/// odd names. What has no room is in [FullDiskCampaign].
@EnabledOnOs(OS.LINUX)
class FileSystemCampaign {
    private static final int CUTS = Campaigns.amount("cuts", 16);
    private static final int MANY = 10_000;

    /// A word of each kind that makes trouble somewhere, as bash spells it: a blank, an end of a line, letters, quotes,
    /// a dash in front, signs.
    private static final List<String> ODD = List.of(
            "$'with blank'",
            "$'two\\nlines'",
            "$'\\xc3\\xa9t\\xc3\\xa9-\\xe9\\x9b\\xaa-\\xf0\\x9f\\x8d\\x80'",
            "$'it\\'s \"so\"'",
            "$'-dash'",
            "$'a:b;c$d*'");

    /// Delays what goes to a disk, for every file of the process.
    private static final String SLOW = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <unistd.h>
        #include <sys/stat.h>
        static int disk(int fd) { struct stat s; return fstat(fd, &s) == 0 && S_ISREG(s.st_mode); }
        #define NEXT(type, name) static type (*next)(); if (!next) next = dlsym(RTLD_NEXT, name)
        ssize_t write(int fd, const void *b, size_t n) {
            NEXT(ssize_t, "write"); if (disk(fd)) usleep(DELAY); return next(fd, b, n); }
        ssize_t pwrite64(int fd, const void *b, size_t n, off64_t at) {
            NEXT(ssize_t, "pwrite64"); if (disk(fd)) usleep(DELAY); return next(fd, b, n, at); }
        ssize_t read(int fd, void *b, size_t n) {
            NEXT(ssize_t, "read"); if (disk(fd)) usleep(DELAY / 20); return next(fd, b, n); }
        int fsync(int fd) { NEXT(int, "fsync"); usleep(20 * DELAY); return next(fd); }
        """;

    @TempDir
    private static Path shared = Path.of("");

    private static Inputs inputs = new Inputs(Path.of(""));
    private static SequencedMap<String, List<String>> commands = new LinkedHashMap<>();
    private static final Map<String, SortedMap<String, byte[]>> EXPECTED = new TreeMap<>();

    private final RandomGenerator random = Campaigns.random(Campaigns.seed());

    @BeforeAll
    static void prepare() throws IOException, InterruptedException {
        Campaigns.say(Text.format("file systems: seed %d", Campaigns.seed()));
        inputs = Inputs.write(shared.resolve("inputs"), 256);
        commands = inputs.commands();
        for (Map.Entry<String, List<String>> command : commands.entrySet()) {
            Path alone = Files.createDirectory(shared.resolve("alone"));
            LotaProcess process = start(alone, command.getValue());
            assertThat(process.await()).as(process.output()).isZero();
            EXPECTED.put(command.getKey(), Tree.contents(alone, name -> true));
            AtomicFile.deleteTree(alone);
        }
    }

    private static LotaProcess start(Path work, List<String> command) throws IOException {
        return LotaProcess.start(work, shared.resolve("log"), command);
    }

    private static SortedMap<String, byte[]> expected(String name) {
        return EXPECTED.getOrDefault(name, new TreeMap<>());
    }

    private static void assertDone(String name, LotaProcess process, Path work) throws Exception {
        assertThat(process.await()).as("%s says %s", name, process.output()).isZero();
        assertThat(Tree.difference(expected(name), Tree.contents(work, file -> true)))
                .as(name)
                .isEmpty();
    }

    /// Root may write whatever permissions say, so that only a mount is read-only for everybody.
    @Test
    void aReadOnlyFolderIsRefusedBeforeAnyWork() throws Exception {
        Path work = Files.createDirectory(shared.resolve("read-only"));
        try (Mount mount = Mount.of(work, "-t", "tmpfs", "-o", "size=1m,ro", "tmpfs")) {
            assumeTrue(mount.mounted(), "file systems may not be mounted here");
            for (Map.Entry<String, List<String>> command : commands.entrySet()) {
                LotaProcess process = start(work, command.getValue());
                assertThat(process.await()).as(command.getKey()).isEqualTo(1);
                assertThat(process.output())
                        .as(command.getKey())
                        .contains("Read-only file system")
                        .doesNotContain("\tat ", "train 1/", "calibrate 1/", "lora 1/");
            }
            assertThat(work).isEmptyDirectory();
        }
    }

    /// The JVM makes a fault of a mapped file an error, also where a command computes with it, for weights are copied
    /// before libtorch sees them. A cut that comes after the last use changes nothing.
    @Test
    void aFileThatIsCutWhileItIsMappedIsAnError() throws Exception {
        List<String> training = Inputs.command(inputs.training(6), "--mapped-base", "--out", Inputs.RESULT);
        SequencedMap<String, List<String>> cut = new LinkedHashMap<>();
        cut.put("apply", commands.getOrDefault("apply", List.of()));
        cut.put("merge (models)", commands.getOrDefault("merge (models)", List.of()));
        cut.put("merge (tickets)", commands.getOrDefault("merge (tickets)", List.of()));
        cut.put("train --mapped-base", Inputs.command(List.of("train", "--mask", inputs.path("mask")), training));
        Map<String, Map<Integer, Integer>> codes = new LinkedHashMap<>();
        for (int number = 0; number < CUTS; number++) {
            String name = List.copyOf(cut.keySet()).get(number % cut.size());
            int code = cut(name, cut.getOrDefault(name, List.of()), number);
            codes.computeIfAbsent(name, command -> new TreeMap<>()).merge(code, 1, Integer::sum);
        }
        Campaigns.say("files cut while they are read, exit codes: " + codes);
        assertThat(codes.values().stream()
                        .mapToInt(ends -> ends.getOrDefault(1, 0))
                        .sum())
                .as("cuts that hit")
                .isPositive();
    }

    private int cut(String name, List<String> command, int number) throws Exception {
        Path work = Files.createDirectory(shared.resolve("cut-" + number));
        Path copies = Files.createDirectory(work.resolve("inputs"));
        for (String input : List.of("base", "one", "two", "ticket", "mask", "merge.yaml", "flip-train.jsonl")) {
            copy(inputs.folder().resolve(input), copies.resolve(input));
        }
        Path recipe = copies.resolve("merge.yaml");
        Files.writeString(
                recipe, Files.readString(recipe).replace(inputs.folder().toString(), copies.toString()));
        List<String> moved = command.stream()
                .map(word -> word.replace(inputs.folder().toString(), copies.toString()))
                .toList();
        Path file = copies.resolve(
                switch (name) {
                    case "apply", "merge (models)" -> "one/model.safetensors";
                    case "merge (tickets)" -> "ticket";
                    default -> "base/model.safetensors";
                });
        LotaProcess process = start(work, moved);
        int changes = random.nextInt(3);
        var names = Tree.names(work);
        // The lock of its result says that a command has read its options.
        while (process.process().isAlive() && changes >= 0) {
            var now = Tree.names(work);
            changes -= now.equals(names) ? 0 : 1;
            names = now;
            Thread.sleep(1);
        }
        Thread.sleep(random.nextInt(400));
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            open.setLength(random.nextLong(open.length()));
        }
        int code = process.await();
        String output = process.output();
        assertThat(code)
                .as("%s, cut %d, seed %d: %s", name, number, Campaigns.seed(), output)
                .isIn(0, 1);
        if (code == 1) {
            assertThat(output).as("%s, cut %d", name, number).contains("lota: ").doesNotContain("\tat ");
        }
        assertThat(Tree.names(work)).as("%s, cut %d", name, number).noneMatch(left -> left.endsWith(".tmp"));
        assertThat(work.resolve("inputs")).isDirectoryNotContaining("glob:**hs_err*");
        AtomicFile.deleteTree(work);
        return code;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    @Test
    void aSlowDiskChangesNoByte() throws Exception {
        Path source = Files.writeString(shared.resolve("slow.c"), SLOW);
        Path library = shared.resolve("slow.so");
        assumeTrue(
                Mount.run("cc", "-shared", "-fPIC", "-w", "-DDELAY=5000", "-o", library.toString(), source.toString()),
                "there is no C compiler");
        for (Map.Entry<String, List<String>> command : commands.entrySet()) {
            Path work = Files.createDirectory(shared.resolve("slow"));
            ProcessBuilder builder = LotaProcess.builder(work, command.getValue());
            builder.environment().put("LD_PRELOAD", library.toString());
            LotaProcess process = LotaProcess.start(builder, shared.resolve("log"), command.getValue());
            assertDone(command.getKey(), process, work);
            AtomicFile.deleteTree(work);
        }
    }

    /// A folder of results, of a model and of rows that hold ten thousand other files.
    @Test
    void tenThousandFilesBesideAreInNobodysWay() throws Exception {
        Path work = Files.createDirectory(shared.resolve("many"));
        for (int number = 0; number < MANY; number++) {
            Files.createFile(work.resolve("other-" + number));
        }
        for (Map.Entry<String, List<String>> command : commands.entrySet()) {
            LotaProcess process = start(work, command.getValue());
            assertThat(process.await())
                    .as("%s says %s", command.getKey(), process.output())
                    .isZero();
            SortedMap<String, byte[]> found = Tree.contents(work, name -> !name.startsWith("other-"));
            assertThat(Tree.difference(expected(command.getKey()), found)).isEmpty();
            for (String name : List.of(Inputs.RESULT, Inputs.METRICS, "grid")) {
                AtomicFile.deleteTree(work.resolve(name));
            }
        }
        Path rows = Files.createDirectory(shared.resolve("rows"));
        List<String> lines = Files.readAllLines(inputs.folder().resolve("flip-train.jsonl"));
        for (int number = 0; number < MANY; number++) {
            Files.writeString(
                    rows.resolve(Text.format("train-%05d.jsonl", number)), lines.get(number % lines.size()) + "\n");
        }
        List<String> folder = new ArrayList<>(commands.getOrDefault("train", List.of()));
        folder.replaceAll(word -> word.equals(inputs.path("flip-train.jsonl")) ? rows.toString() : word);
        LotaProcess process = start(work, folder);
        assertThat(process.await()).as(process.output()).isZero();
    }

    /// Links to all that is read, in a folder, and under names, that are no plain words; results too, by a link to
    /// their
    /// folder. All by the script `lota`, without a locale.
    @Test
    void linksAndOddNamesAreFollowed() throws Exception {
        Path clone = Files.createDirectory(shared.resolve("clone"));
        LauncherClone.make(clone);
        for (String odd : ODD) {
            for (String name : List.of("train", "apply", "merge (tickets)", "merge (models)")) {
                Path work = Files.createDirectory(shared.resolve("odd"));
                String said = Processes.output(LauncherClone.bash(work, script(clone, odd, name)));
                SortedMap<String, byte[]> found = Tree.contents(work.resolve("plain"), file -> true);
                assertThat(said).as("%s of %s", name, odd).doesNotContain("Exception");
                assertThat(found.keySet())
                        .as("%s of %s", name, odd)
                        .isEqualTo(expected(name).keySet());
                // A ticket names its data, and a merge its models: only what names nothing can be the same.
                found.keySet().removeIf(file -> !file.equals(Inputs.METRICS) && !file.endsWith("model.safetensors"));
                SortedMap<String, byte[]> nameless = new TreeMap<>(expected(name));
                nameless.keySet().retainAll(found.keySet());
                assertThat(Tree.difference(nameless, found))
                        .as("%s of %s", name, odd)
                        .isEmpty();
                AtomicFile.deleteTree(work);
            }
        }
    }

    /// Runs a command under odd names and moves what it writes to `plain`: what else it left would be in the way of
    /// `rmdir`.
    private static String script(Path clone, String odd, String name) {
        StringBuilder lines =
                new StringBuilder("n=" + odd + "; mkdir real plain \"in $n\"; cd \"in $n\"; ln -s ../real out\n");
        for (String input : List.of("base", "one", "ticket", "mask", "flip-train.jsonl", "merge.yaml")) {
            lines.append(Text.format("ln -s -- '%s' \"$n %s\"\n", inputs.path(input), input));
        }
        lines.append("'").append(clone.resolve("lota")).append("'");
        for (String word : commands.getOrDefault(name, List.of())) {
            lines.append(' ').append(shell(word));
        }
        return lines
                + "\n"
                + "for f in result m.jsonl; do [[ ! -e out/${n}$f ]] || mv \"out/${n}$f\" \"../plain/$f\"; done; rmdir"
                + " ../real";
    }

    private static String shell(String word) {
        if (word.equals(Inputs.RESULT) || word.equals(Inputs.METRICS)) {
            return "\"$PWD/out/${n}" + word + "\"";
        }
        return word.startsWith(inputs.folder() + "/")
                ? "\"$PWD/$n " + word.substring(inputs.folder().toString().length() + 1) + "\""
                : "'" + word + "'";
    }
}
