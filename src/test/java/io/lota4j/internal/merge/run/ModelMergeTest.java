package io.lota4j.internal.merge.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.Golden;
import io.lota4j.LotaException;
import io.lota4j.Processes;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.SafetensorsWriter;
import io.lota4j.internal.checkpoint.TensorSource;
import io.lota4j.internal.merge.recipe.MergePlan;
import io.lota4j.internal.merge.recipe.PlanSources;
import io.lota4j.mask.Pool;
import io.lota4j.ticket.TicketFile;
import io.lota4j.ticket.Tickets;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Recipes carried out: what is written, and what a merge that was stopped leaves.
class ModelMergeTest {
    private static final String TIES = "merge_method: ties\nparameters: {lambda: 0.9}";
    private static final String WEIGHTS = "{weight: 0.7, density: 0.3}";

    @TempDir
    private Path folder = Path.of("");

    private Path ties(List<Path> models) throws IOException {
        return Experts.recipe(folder, TIES, models, WEIGHTS);
    }

    private Path merged(Path recipe, String out, int threads) {
        Experts.merge(recipe, folder.resolve(out), threads);
        return folder.resolve(out).resolve("model.safetensors");
    }

    @Test
    void ticketsAndDirectoriesMergeAlike() throws IOException {
        Path ofDirectories = merged(ties(Experts.directories()), "directories", 2);
        Path ofTickets = merged(ties(Experts.tickets(folder)), "tickets", 2);
        List<Path> mixed = List.of(
                Experts.directory("a"),
                folder.resolve("b.ticket.safetensors"),
                Path.of(Experts.BASE + "+" + folder.resolve("c.ticket.safetensors")));
        assertThat(Files.mismatch(ofDirectories, ofTickets)).isEqualTo(-1);
        assertThat(Files.mismatch(ofDirectories, merged(ties(mixed), "mixed", 3)))
                .isEqualTo(-1);
        assertThat(folder.resolve("directories/config.json"))
                .hasSameBinaryContentAs(Experts.BASE.resolve("config.json"));
    }

    @Test
    void shardsTypesAndUntouchedTensorsFollowTheBase() throws IOException {
        Path base = Golden.path("models/llama-bf16-sharded");
        Path same = copy(base, "same");
        Path recipe = Files.writeString(
                folder.resolve("recipe.yaml"),
                Text.format(
                        "merge_method: task_arithmetic\n"
                                + "base_model: %s\n"
                                + "models:\n"
                                + "- model: %s\n"
                                + "  parameters: {weight: 1}\n",
                        base, same));
        Experts.merge(recipe, folder.resolve("out"), 2);
        try (Checkpoint expected = Checkpoint.open(base);
                Checkpoint found = Checkpoint.open(folder.resolve("out"))) {
            assertThat(found.tensors()).isEqualTo(expected.tensors());
            assertThat(found.fingerprint()).isEqualTo(expected.fingerprint());
            for (Path shard : expected.shardFiles()) {
                assertThat(folder.resolve("out").resolve(shard.getFileName())).exists();
            }
        }
    }

    /// After any number of tensors, and again after the next: the result is that of a merge that was never stopped.
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 19})
    void aStoppedMergeGoesOn(int tensors) throws IOException {
        Path recipe = ties(Experts.directories());
        Path whole = merged(recipe, "whole", 2);
        Path out = folder.resolve("out");
        assertThat(run(recipe, out, tensors)).hasSize(tensors);
        assertThat(out).doesNotExist();
        List<String> rest = run(recipe, out, Integer.MAX_VALUE);
        assertThat(rest).hasSize(20);
        assertThat(Files.mismatch(whole, out.resolve("model.safetensors"))).isEqualTo(-1);
        assertThat(ModelMerge.unfinished(out)).doesNotExist();
        assertThat(out).isDirectoryNotContaining("glob:**.journal");
    }

    /// Runs until so many tensors are written.
    private static List<String> run(Path recipe, Path out, int tensors) {
        List<String> written = new ArrayList<>();
        rounding(recipe, out, tensors, written);
        return written;
    }

    private static Optional<Rounding> rounding(Path recipe, Path out, int tensors, List<String> written) {
        try (PlanSources models = new PlanSources()) {
            MergePlan plan = MergePlan.of(recipe, models);
            return ModelMerge.run(
                    plan, models, out, 2, (name, done, total) -> written.add(name), () -> written.size() >= tensors);
        }
    }

    /// Of four weights a BF16 result has one that changes, one whose change is too small for it, and two that no
    /// model changes. A merge that is stopped counts what it finished before.
    @ParameterizedTest
    @CsvSource({"bfloat16, 1, 1", "float16, 2, 0", "float32, 2, 0"})
    void whatRoundingRemovesIsCounted(String type, long changed, long vanished) throws IOException {
        Path base = tiny("base", 1, 256, 0, -3);
        Path tuned = tiny("tuned", 1, 256.25f, 0, -4);
        Path ticket = folder.resolve("tuned.ticket.safetensors");
        try (Checkpoint from = Checkpoint.open(base);
                Checkpoint to = Checkpoint.open(tuned)) {
            TicketFile.write(ticket, Tickets.extract(from, to, OptionalDouble.empty(), Pool.all()));
        }
        Rounding expected = new Rounding(2 * changed, 2 * vanished);
        for (Path model : List.of(tuned, ticket)) {
            Path recipe = Files.writeString(
                    folder.resolve("recipe.yaml"),
                    Text.format(
                            "merge_method: task_arithmetic\nbase_model: %s\nout_dtype: %s\n"
                                    + "models: [{model: %s, parameters: {weight: 1}}]\n",
                            base, type, model));
            Path out = folder.resolve("of " + model.getFileName());
            assertThat(Experts.merge(recipe, out, 2)).as("%s", model).isEqualTo(expected);
            Path halted = folder.resolve("halted " + model.getFileName());
            assertThat(rounding(recipe, halted, 1, new ArrayList<>())).isEmpty();
            assertThat(rounding(recipe, halted, Integer.MAX_VALUE, new ArrayList<>()))
                    .as("%s, resumed", model)
                    .hasValue(expected);
        }
    }

    /// A model of two matrices with the same four weights each.
    private Path tiny(String name, float... weights) throws IOException {
        Path directory = Files.createDirectories(folder.resolve(name));
        Files.writeString(directory.resolve("config.json"), "{}");
        SafetensorsWriter.write(
                directory.resolve("model.safetensors"),
                Map.of(),
                Stream.of("q", "k")
                        .map(part -> TensorSource.ofFloats(
                                "model.layers.0.self_attn." + part + "_proj.weight", Shape.of(2, 2), weights))
                        .toList());
        return directory;
    }

    /// A journal of a version that did not count: its tensors are written again, and counted.
    @Test
    void aJournalWithoutCountsDoesNotCount() throws IOException {
        Path recipe = ties(Experts.directories());
        Path out = folder.resolve("out");
        run(recipe, out, 12);
        Path journal = ModelMerge.unfinished(out).resolve("merge.journal");
        String old = Files.readString(journal).replaceAll(",\"rounding\":\\{[^}]*}", "");
        assertThat(old).doesNotContain("rounding").hasLineCount(13);
        Files.writeString(journal, old);
        Optional<Rounding> resumed = rounding(recipe, out, Integer.MAX_VALUE, new ArrayList<>());
        assertThat(resumed).hasValue(Experts.merge(recipe, folder.resolve("whole"), 2));
        assertThat(resumed.orElseThrow().changed()).isPositive();
    }

    @Test
    void aProcessThatDiesLeavesWhatItFinished() throws IOException, InterruptedException {
        Path recipe = ties(Experts.directories());
        Path whole = merged(recipe, "whole", 2);
        Path out = folder.resolve("out");
        for (String tensors : List.of("5", "11")) {
            Processes.output(Processes.java(
                    List.of("--enable-native-access=ALL-UNNAMED"),
                    HaltedMerge.class,
                    recipe.toString(),
                    out.toString(),
                    tensors));
            assertThat(out).doesNotExist();
        }
        // The first line, and a line for each tensor.
        assertThat(ModelMerge.unfinished(out).resolve("merge.journal"))
                .content()
                .hasLineCount(1 + 11);
        run(recipe, out, Integer.MAX_VALUE);
        assertThat(Files.mismatch(whole, out.resolve("model.safetensors"))).isEqualTo(-1);
    }

    /// What a crash may leave: a cut journal, a tensor that is noted but not as it was written, a file too short.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void whatACrashSpoiledIsDoneAgain(long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        Path recipe = ties(Experts.directories());
        Path whole = merged(recipe, "whole", 2);
        Path out = folder.resolve("out");
        run(recipe, out, 12);
        Path journal = ModelMerge.unfinished(out).resolve("merge.journal");
        Path weights = ModelMerge.unfinished(out).resolve("model.safetensors");
        try (RandomAccessFile cut = new RandomAccessFile(journal.toFile(), "rw");
                RandomAccessFile spoiled = new RandomAccessFile(weights.toFile(), "rw")) {
            cut.setLength(random.nextLong(cut.length() + 1));
            for (int i = 0; i < 20; i++) {
                spoiled.seek(random.nextLong(spoiled.length()));
                spoiled.write(random.nextInt());
            }
            spoiled.setLength(spoiled.length() - random.nextLong(spoiled.length() / 4));
        }
        run(recipe, out, Integer.MAX_VALUE);
        assertThat(Files.mismatch(whole, out.resolve("model.safetensors")))
                .as("seed %d", seed)
                .isEqualTo(-1);
    }

    /// Before it begins, and soon after its third of twenty tensors.
    @Test
    void anInterruptEndsAMergeInOrder() throws IOException {
        Path recipe = ties(Experts.directories());
        Path whole = merged(recipe, "whole", 2);
        Path out = folder.resolve("out");
        Thread caller = Thread.currentThread();
        caller.interrupt();
        assertThat(rounding(recipe, out, Integer.MAX_VALUE, new ArrayList<>())).isEmpty();
        assertThat(Thread.interrupted()).isTrue();
        try (PlanSources models = new PlanSources()) {
            MergePlan plan = MergePlan.of(recipe, models);
            List<String> written = new ArrayList<>();
            ModelMerge.Listener third = (name, done, total) -> {
                written.add(name);
                if (written.size() == 3) {
                    caller.interrupt();
                }
                if (written.size() >= 3) {
                    // The waiting thread takes note of it at some moment.
                    LockSupport.parkNanos(20_000_000);
                }
            };
            assertThat(ModelMerge.run(plan, models, out, 2, third, () -> false)).isEmpty();
            assertThat(Thread.interrupted()).isTrue();
            assertThat(written).hasSizeBetween(3, 19);
            // The first line, and a line for each tensor.
            assertThat(ModelMerge.unfinished(out).resolve("merge.journal"))
                    .content()
                    .hasLineCount(1 + written.size());
        } finally {
            Thread.interrupted();
        }
        assertThat(out).doesNotExist();
        run(recipe, out, Integer.MAX_VALUE);
        assertThat(out.resolve("model.safetensors")).hasSameBinaryContentAs(whole);
    }

    @Test
    void anotherMergesLeavingsAreNotTouched() throws IOException {
        Path out = folder.resolve("out");
        run(ties(Experts.directories()), out, 3);
        Path other = Experts.recipe(folder, TIES, Experts.directories(), "{weight: 0.7, density: 0.4}");
        assertThatThrownBy(() -> run(other, out, 3))
                .isInstanceOf(LotaException.class)
                .hasMessage(Text.format(
                                "%s: another merge was left unfinished there: recipe, models or version are not the"
                                        + " same. ",
                                ModelMerge.unfinished(out))
                        + "Finish that one, or begin anew.");
        ModelMerge.discard(out);
        assertThat(ModelMerge.unfinished(out)).doesNotExist();
        assertThat(run(other, out, Integer.MAX_VALUE)).hasSize(20);
    }

    @Test
    void aMergeWhoseModelsHaveChangedCanNotBeFinished() throws IOException {
        Path out = folder.resolve("out");
        Path tuned = copy(Experts.directory("a"), "tuned");
        Path recipe = Experts.recipe(folder, TIES, List.of(tuned), "{weight: 1, density: 0.4}");
        run(recipe, out, 3);
        Files.setLastModifiedTime(tuned.resolve("config.json"), FileTime.fromMillis(1));
        assertThatThrownBy(() -> run(recipe, out, 3))
                .isInstanceOf(UnfinishedMerge.class)
                .hasMessage(
                        "%s: a merge by the same recipe was left unfinished there, but its models or the version have"
                                + " changed since: it can no longer be finished. Begin anew.",
                        ModelMerge.unfinished(out));
    }

    @Test
    void whatIsNoMergeIsNotDiscarded() throws IOException {
        Path out = folder.resolve("out");
        Path note = Files.createDirectories(ModelMerge.unfinished(out)).resolve("note.txt");
        Files.writeString(note, "mine");
        assertThatThrownBy(() -> ModelMerge.discard(out))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("is no unfinished merge");
        assertThat(note).exists();
    }

    @Test
    void twoAtOnceAreRefused() throws IOException {
        Path recipe = ties(Experts.directories());
        Path out = folder.resolve("out");
        try (PlanSources models = new PlanSources()) {
            MergePlan plan = MergePlan.of(recipe, models);
            ModelMerge.run(
                    plan,
                    models,
                    out,
                    1,
                    (name, done, total) -> assertThatThrownBy(() -> run(recipe, out, 1))
                            .isInstanceOf(LotaException.class)
                            .hasMessage(Text.format(
                                    "%s: another process is merging there; wait until it is done.",
                                    ModelMerge.unfinished(out))),
                    () -> false);
        }
        assertThat(out.resolve("model.safetensors")).exists();
    }

    @Test
    void aTicketForAnotherBaseIsRefused() throws IOException {
        List<Path> tickets = Experts.tickets(folder);
        Path base = copy(Experts.BASE, "base");
        try (RandomAccessFile weights =
                new RandomAccessFile(base.resolve("model.safetensors").toFile(), "rw")) {
            weights.seek(weights.length() - 1);
            weights.write(7);
        }
        Path recipe = ties(tickets);
        Files.writeString(recipe, Files.readString(recipe).replace(Experts.BASE.toString(), base.toString()));
        assertThatThrownBy(() -> run(recipe, folder.resolve("out"), 1))
                .isInstanceOf(LotaException.class)
                .hasMessageStartingWith(tickets.getFirst() + " is for the base with fingerprint ");
        assertThat(ModelMerge.unfinished(folder.resolve("out"))).doesNotExist();
    }

    private Path copy(Path model, String name) throws IOException {
        Path copy = Files.createDirectory(folder.resolve(name));
        try (var files = Files.list(model)) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        return copy;
    }
}
