package io.lota4j.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.demo.DemoData;
import io.lota4j.demo.DemoFiles;
import io.lota4j.demo.DemoTask;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One training, with a task a shard of a step. All processes have one processor.
class SparkTrainTest {
    private static final int SHARDS = 4;
    private static final String TWO = "local-cluster[2,1,1024]";
    private static final String FOUR = "local-cluster[4,1,1024]";

    @TempDir
    private static Path directory;

    @BeforeAll
    static void prepare() throws IOException, InterruptedException {
        DemoFiles.writeBase(directory.resolve("base"));
        DemoFiles.writeTask(directory, new DemoData(DemoData.DEFAULT_SEED), DemoTask.FLIP);
        new CommandLine(
                        directory,
                        "mask",
                        "random",
                        "--model=" + directory.resolve("base"),
                        "--sparsity=0.9",
                        "--out=" + directory.resolve("mask"))
                .plain()
                .done();
    }

    private static CommandLine train(String out, int steps, String... more) {
        List<String> words = new ArrayList<>(List.of(
                "train",
                "--model=" + directory.resolve("base"),
                "--mask=" + directory.resolve("mask"),
                "--data=" + directory.resolve("flip-train.jsonl"),
                "--prompt={prompt}",
                "--completion={completion}",
                "--steps=" + steps,
                "--batch=16",
                "--shards=" + SHARDS,
                "--out=" + directory.resolve(out),
                "--metrics=" + directory.resolve(out + ".jsonl")));
        words.addAll(List.of(more));
        if (words.stream().noneMatch(word -> word.startsWith("--lr="))) {
            words.add("--lr=1e-3");
        }
        return new CommandLine(directory, words.toArray(String[]::new));
    }

    /// Steps that are done.
    private static long steps(String out) {
        Path metrics = directory.resolve(out + ".jsonl");
        try {
            return Files.exists(metrics) ? Files.readAllLines(metrics).size() : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void assertSame(String out, String plain) {
        assertThat(directory.resolve(out)).hasSameBinaryContentAs(directory.resolve(plain));
    }

    @Test
    void theTicketHasTheSameBytesWhereverShardsAreComputed() throws IOException, InterruptedException {
        train("plain", 4).plain().done();
        train("local", 4).spark("local[1]").done();
        assertSame("local", "plain");
        train("two", 4).spark(TWO).done();
        assertSame("two", "plain");
        train("four", 4).spark(FOUR).done();
        assertSame("four", "plain");
    }

    /// Rounds of three steps: the last one is shorter.
    @Test
    void shardsThatTakeStepsApartHaveTheSameBytesAnywhere() throws IOException, InterruptedException {
        train("apart", 8, "--inner-steps=3").plain().done();
        train("apart-two", 8, "--inner-steps=3").spark(TWO).done();
        assertSame("apart-two", "apart");
        CommandLine.Running running =
                train("apart-killed", 40, "--inner-steps=3").spark(TWO);
        running.await(() -> steps("apart-killed") >= 3);
        running.executors().getFirst().destroyForcibly();
        assertThat(running.done()).contains("Lost executor");
        train("apart-whole", 40, "--inner-steps=3").plain().done();
        assertSame("apart-killed", "apart-whole");
    }

    @Test
    void nothingChangesWhereAnExecutorIsKilledInAStep() throws IOException, InterruptedException {
        train("whole", 40).plain().done();
        CommandLine.Running running = train("killed", 40).spark(TWO);
        running.await(() -> steps("killed") >= 3);
        running.executors().getFirst().destroyForcibly();
        assertThat(running.done()).contains("Lost executor");
        assertSame("killed", "whole");
    }

    @Test
    void aKilledDriverGoesOnFromItsState() throws IOException, InterruptedException {
        train("undisturbed", 12).plain().done();
        CommandLine.Running running =
                train("resumed", 12, "--checkpoint-every=1").spark(TWO);
        running.await(() -> steps("resumed") >= 3);
        List<ProcessHandle> executors = running.executors();
        running.process().destroyForcibly();
        running.end();
        executors.forEach(ProcessHandle::destroyForcibly);
        assertThat(directory.resolve("resumed")).doesNotExist();
        train("resumed", 12, "--checkpoint-every=1", "--resume").spark(TWO).done();
        assertSame("resumed", "undisturbed");
    }

    @Test
    void aShardThatIsNotFiniteIsNamed() throws IOException, InterruptedException {
        CommandLine.Running running =
                train("broken", 4, "--lr=1e30", "--clip=none").spark("local[1]");
        String log = running.end();
        assertThat(running.process().exitValue()).as(log).isEqualTo(1);
        assertThat(log).contains("Step 2, shard 1 of 4: loss ").contains("The batch holds the data rows ");
        assertThat(directory.resolve("broken")).doesNotExist();
    }

    @Test
    void aPlanSaysShardsAndWhatTravels() throws IOException, InterruptedException {
        String log = train("planned", 4)
                .launched("--on", "spark", "--master", "local-cluster[2,3,1024]", "--dry-run")
                .done();
        assertThat(log)
                .contains("a step is a job of 4 tasks, a shard each")
                .contains("An executor has 3 cores and takes about ");
        assertThat(directory.resolve("planned")).doesNotExist();
        assertThat(train("planned", 4, "--inner-steps=2")
                        .launched("--on", "spark", "--master", "local-cluster[2,3,1024]", "--dry-run")
                        .done())
                .contains("2 steps are a job of 4 tasks, a shard each")
                .contains("of its optimizer's state to each task");
    }
}
