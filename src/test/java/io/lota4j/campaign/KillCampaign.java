package io.lota4j.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.internal.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Commands that are killed at drawn instants (`SIGKILL`) and started again as their messages say: they give the bytes
/// of a run that nobody disturbed, and leave nothing else.
///
/// Half of the instants are drawn from the whole time that a command takes. The other half follow what a command
/// writes: a folder's listing changes (a lock, a temporary file, a state, a result), and a drawn change, or up to some
/// milliseconds after it, is the instant. `-Dcampaign.kills=N` sets how many kills have to land.
@EnabledOnOs(OS.LINUX)
class KillCampaign {
    private static final int KILLS = Campaigns.amount("kills", 50);
    /// How often a kill may come too late, and be drawn again, for each that has to land.
    private static final int TRIES = 4;
    /// Milliseconds after a change of a listing within which a kill comes.
    private static final int AFTER_CHANGE = 20;
    /// A result's folder that is there already, as a mount is.
    private static final String MOUNT = "mount";

    @TempDir
    private static Path shared = Path.of("");

    private static List<Job> jobs = List.of();

    private final RandomGenerator random = Campaigns.random(Campaigns.seed());
    private final List<String> failures = new ArrayList<>();
    private final Map<String, Map<Phase, Integer>> landed = new TreeMap<>();
    private final Map<String, Map<String, Integer>> ends = new TreeMap<>();

    /// A command that is killed.
    ///
    /// @param arguments all results are paths relative to the working directory
    private record Job(String name, List<String> arguments) {}

    /// How a command went that nobody disturbed.
    ///
    /// @param contents of all files that it left
    /// @param millis that it took
    /// @param changes of the working directory's listing
    private record Reference(SortedMap<String, byte[]> contents, long millis, int changes) {}

    /// What was there when the kill came.
    private enum Phase {
        STARTING("nothing yet"),
        AT_WORK("at work"),
        SAVED("with a state"),
        WRITING("half-written"),
        WRITTEN("with the result");

        private final String title;

        Phase(String title) {
            this.title = title;
        }

        /// @param results names of what the command leaves when nobody disturbs it
        static Phase of(SortedSet<String> names, SortedMap<String, byte[]> results) {
            if (names.stream().anyMatch(Tree::isUnfinished)) {
                return WRITING;
            }
            if (names.containsAll(results.keySet())) {
                return WRITTEN;
            }
            if (names.stream().anyMatch(name -> name.endsWith(".state") || name.endsWith("state.safetensors"))) {
                return SAVED;
            }
            return names.stream().allMatch(MOUNT::equals) ? STARTING : AT_WORK;
        }
    }

    /// When a kill is to come.
    ///
    /// @param change of the listing that is waited for; 0: none
    /// @param millis from there, or from the start
    private record Instant(int change, long millis) {
        @Override
        public String toString() {
            return change == 0
                    ? Text.format("%d ms", millis)
                    : Text.format("%d ms after change %d of the folder", millis, change);
        }
    }

    @BeforeAll
    static void prepare() throws IOException, InterruptedException {
        jobs = new ArrayList<>();
        Inputs inputs = Inputs.write(shared.resolve("inputs"), 256);
        inputs.commands().forEach((name, arguments) -> jobs.add(new Job(name, arguments)));
        List<String> toFolder = new ArrayList<>(inputs.commands().getOrDefault("apply", List.of()));
        toFolder.set(toFolder.size() - 1, MOUNT);
        jobs.add(new Job("apply (to a folder)", toFolder));
    }

    @Test
    void whatIsStartedAgainAfterAKillGivesTheBytesOfAnUndisturbedRun() throws IOException, InterruptedException {
        Campaigns.say(Text.format("kills: seed %d, %d kills", Campaigns.seed(), KILLS));
        Map<String, Reference> references = new TreeMap<>();
        for (Job job : jobs) {
            references.put(job.name(), reference(job));
            landed.put(job.name(), new EnumMap<>(Phase.class));
            ends.put(job.name(), new TreeMap<>());
        }
        int kills = 0;
        for (int attempt = 0; kills < KILLS && attempt < TRIES * KILLS; attempt++) {
            Job job = jobs.get(kills % jobs.size());
            if (kill(attempt, job, references.getOrDefault(job.name(), new Reference(new TreeMap<>(), 1, 1)))) {
                kills++;
            }
        }
        Campaigns.say(table());
        assertThat(failures).isEmpty();
        assertThat(kills).as("kills that came before the end").isEqualTo(KILLS);
        // Kills of a JVM that has not begun show little: most are to hit work, and each kind of leftover is to occur.
        assertThat(count(Phase.STARTING))
                .as("kills before anything was written")
                .isLessThan((KILLS + 1) / 2 + 1);
        if (KILLS >= 2 * jobs.size()) {
            assertThat(count(Phase.SAVED)).as("kills beside a state").isPositive();
            assertThat(count(Phase.WRITING))
                    .as("kills beside a half-written file")
                    .isPositive();
        }
    }

    private int count(Phase phase) {
        return landed.values().stream()
                .mapToInt(phases -> phases.getOrDefault(phase, 0))
                .sum();
    }

    private String table() {
        List<List<String>> rows = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("killed"));
        for (Phase phase : Phase.values()) {
            head.add(phase.title);
        }
        head.add("started again");
        rows.add(head);
        landed.forEach((job, phases) -> {
            List<String> row = new ArrayList<>(List.of(job));
            for (Phase phase : Phase.values()) {
                row.add(Integer.toString(phases.getOrDefault(phase, 0)));
            }
            row.add(String.valueOf(ends.get(job)));
            rows.add(row);
        });
        return Campaigns.table(rows);
    }

    private Path folder(String name) throws IOException {
        Path folder = Files.createDirectory(shared.resolve(name));
        Files.createDirectory(folder.resolve(MOUNT));
        return folder;
    }

    /// Two runs that nobody disturbs, which have to agree before anything can be held against them.
    private Reference reference(Job job) throws IOException, InterruptedException {
        String name = job.name().replaceAll("[^a-z]", "");
        Reference first = undisturbed(job, name + "-first");
        Reference second = undisturbed(job, name + "-second");
        assertThat(Tree.difference(first.contents(), second.contents()))
                .as("two runs of lota %s", String.join(" ", job.arguments()))
                .isEmpty();
        assertThat(second.contents().keySet()).noneMatch(Tree::isUnfinished);
        Campaigns.say(Text.format(
                "%s takes %d ms; its folder changes %d times", job.name(), second.millis(), second.changes()));
        return second;
    }

    private Reference undisturbed(Job job, String name) throws IOException, InterruptedException {
        Path folder = folder(name);
        long start = System.nanoTime();
        LotaProcess process = LotaProcess.start(folder, shared.resolve(name + ".log"), job.arguments());
        Watch watch = new Watch(folder);
        while (process.process().isAlive()) {
            watch.look();
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        assertThat(process.await()).as(process.output()).isZero();
        return new Reference(Tree.contents(folder, found -> true), millis, Math.max(1, watch.changes));
    }

    /// Counts how often a folder's listing changes.
    private static final class Watch {
        private final Path folder;
        private SortedSet<String> last;
        private int changes;

        Watch(Path folder) {
            this.folder = folder;
            this.last = Tree.names(folder);
        }

        void look() throws InterruptedException {
            SortedSet<String> now = Tree.names(folder);
            if (!now.equals(last)) {
                last = now;
                changes++;
            }
            Thread.sleep(1);
        }
    }

    private Instant instant(int attempt, Reference reference) {
        return attempt % 2 == 0
                ? new Instant(0, random.nextLong(reference.millis()))
                : new Instant(1 + random.nextInt(reference.changes()), random.nextInt(AFTER_CHANGE));
    }

    /// @return whether the command was still at work
    private boolean kill(int attempt, Job job, Reference reference) throws IOException, InterruptedException {
        Instant instant = instant(attempt, reference);
        Path folder = folder("kill-" + attempt);
        LotaProcess process = LotaProcess.start(folder, shared.resolve("kill-" + attempt + ".log"), job.arguments());
        if (instant.change() > 0) {
            Watch watch = new Watch(folder);
            while (process.process().isAlive() && watch.changes < instant.change()) {
                watch.look();
            }
        }
        Thread.sleep(instant.millis());
        if (process.kill() != LotaProcess.KILLED) {
            assertThat(process.await()).as(process.output()).isZero();
            return false;
        }
        SortedSet<String> left = Tree.names(folder);
        Phase phase = Phase.of(left, reference.contents());
        landed.getOrDefault(job.name(), new EnumMap<>(Phase.class)).merge(phase, 1, Integer::sum);
        Retry retry = new Retry(folder, shared.resolve("again-" + attempt + ".log"), reference.contents());
        String how = retry.run(job.arguments());
        ends.getOrDefault(job.name(), new TreeMap<>()).merge(how, 1, Integer::sum);
        String difference = retry.difference(how);
        String line =
                Text.format("kill %d: %s at %s, %s; started again: %s", attempt, job.name(), instant, phase.title, how);
        Campaigns.say(line);
        if (!difference.isEmpty()) {
            String failure = Text.format(
                    "seed %d, %s: %s. The command: lota %s. The kill left: %s",
                    Campaigns.seed(), line, difference, String.join(" ", job.arguments()), left);
            failures.add(failure);
            Campaigns.say(failure);
        }
        return true;
    }
}
