package io.lota4j.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.internal.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Eight processes at one result, one model and one cache of native libraries: whoever works gives the bytes of a run
/// alone, all others are told why they do not, and nothing half-written is left.
///
/// They start within a drawn part of the time that one takes. `-Dcampaign.rounds=N` sets how often.
@EnabledOnOs(OS.LINUX)
class SharedOutputCampaign {
    private static final int PROCESSES = 8;
    private static final int ROUNDS = Campaigns.amount("rounds", 3);
    /// Milliseconds within which all of a round start.
    private static final int WITHIN = 1500;

    /// Refusals that say what is the matter, whoever came first.
    private static final Pattern TOLD = Pattern.compile(
            "another run is at work|another process is merging there|exists already and is kept|is not empty; give");

    @TempDir
    private static Path shared = Path.of("");

    private static Map<String, List<String>> commands = Map.of();

    private final RandomGenerator random = Campaigns.random(Campaigns.seed());

    @BeforeAll
    static void prepare() throws IOException, InterruptedException {
        commands = Inputs.write(shared.resolve("inputs"), 256).commands();
    }

    /// Processes of one command, and how they ended.
    private record Round(Path folder, List<LotaProcess> processes) {
        static Round of(Path folder) throws IOException {
            return new Round(Files.createDirectories(folder), new ArrayList<>());
        }

        /// @return how many worked
        int end() throws IOException, InterruptedException {
            int worked = 0;
            for (LotaProcess process : processes) {
                if (process.await() == 0) {
                    worked++;
                } else {
                    assertThat(process.output())
                            .as("what lota %s says", String.join(" ", process.arguments()))
                            .containsPattern(TOLD)
                            .doesNotContain("Exception");
                }
            }
            return worked;
        }
    }

    @Test
    void oneOfEightWritesAResultAndTheOthersAreTold() throws IOException, InterruptedException {
        Campaigns.say(
                Text.format("shared outputs: seed %d, %d rounds of %d processes", Campaigns.seed(), ROUNDS, PROCESSES));
        List<List<String>> table = new ArrayList<>(List.of(List.of("of 8 at once", "worked", "told")));
        int told = 0;
        for (Map.Entry<String, List<String>> command : commands.entrySet()) {
            String name = command.getKey().replaceAll("[^a-z]", "");
            Round alone = Round.of(shared.resolve(name + "-alone"));
            start(alone, 0, command.getValue());
            assertThat(alone.end()).isEqualTo(1);
            SortedMap<String, byte[]> expected = Tree.contents(alone.folder(), file -> true);
            int worked = 0;
            for (int count = 0; count < ROUNDS; count++) {
                Round round = Round.of(shared.resolve(name + count));
                startAll(round, command.getValue());
                int here = round.end();
                assertThat(here)
                        .as("%s, seed %d, round %d", command.getKey(), Campaigns.seed(), count)
                        .isPositive();
                worked += here;
                assertThat(Tree.difference(expected, Tree.contents(round.folder(), file -> true)))
                        .as("%s, seed %d, round %d", command.getKey(), Campaigns.seed(), count)
                        .isEmpty();
            }
            told += ROUNDS * PROCESSES - worked;
            table.add(
                    List.of(command.getKey(), Integer.toString(worked), Integer.toString(ROUNDS * PROCESSES - worked)));
        }
        Campaigns.say(Campaigns.table(table));
        // Were they one after another, nobody would have met anybody.
        assertThat(told).isGreaterThan(ROUNDS * commands.size());
    }

    /// Each has a result of its own; what they have in common is the base and an empty cache.
    @Test
    void eightUnpackTheNativeLibrariesAtOnce() throws IOException, InterruptedException {
        SortedMap<String, byte[]> expected = new TreeMap<>();
        for (int processes : new int[] {1, PROCESSES}) {
            Round round = Round.of(shared.resolve("cache-" + processes));
            Path cache = Files.createDirectory(shared.resolve("natives-" + processes));
            for (int number = 0; number < processes; number++) {
                List<String> command = new ArrayList<>(commands.getOrDefault("train", List.of()));
                command.addAll(List.of("--state", "state-" + number));
                command.replaceAll(argument -> argument.equals(Inputs.RESULT) || argument.equals(Inputs.METRICS)
                        ? number(argument, round)
                        : argument);
                start(round, number, command, cache);
            }
            assertThat(round.end()).isEqualTo(processes);
            SortedMap<String, byte[]> found = Tree.contents(round.folder(), file -> file.startsWith(Inputs.RESULT));
            expected.putAll(processes == 1 ? found : Map.of());
            assertThat(found)
                    .hasSize(processes)
                    .allSatisfy((name, bytes) -> assertThat(bytes).isEqualTo(expected.get(Inputs.RESULT + 0)));
        }
        assertThat(Tree.names(shared.resolve("natives-" + PROCESSES)))
                .isEqualTo(Tree.names(shared.resolve("natives-1")));
        Campaigns.say("native libraries: 8 of 8 worked with what one of them unpacked");
    }

    private static String number(String argument, Round round) {
        return argument + round.processes().size();
    }

    private void startAll(Round round, List<String> command) throws IOException, InterruptedException {
        int within = 1 + random.nextInt(WITHIN);
        for (int number = 0; number < PROCESSES; number++) {
            start(round, number, command);
            Thread.sleep(random.nextInt(1 + within / PROCESSES));
        }
    }

    private static void start(Round round, int number, List<String> command) throws IOException {
        start(round, number, command, null);
    }

    private static void start(Round round, int number, List<String> command, @Nullable Path cache) throws IOException {
        ProcessBuilder builder = LotaProcess.builder(round.folder(), command);
        if (cache != null) {
            builder.environment().put("ENGINE_CACHE_DIR", cache.toString());
        }
        Path log = shared.resolve(round.folder().getFileName() + "-" + number + ".log");
        round.processes().add(LotaProcess.start(builder, log, command));
    }
}
