package io.lota4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.data.Dataset;
import io.lota4j.demo.DemoData;
import io.lota4j.demo.DemoFiles;
import io.lota4j.demo.DemoTask;
import io.lota4j.eval.Evaluation;
import io.lota4j.internal.eval.ScoreFiles;
import io.lota4j.kernel.choice.KernelChoice;
import io.lota4j.mask.Mask;
import io.lota4j.mask.Pool;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import io.lota4j.train.HeldOut;
import io.lota4j.train.RunObserver;
import io.lota4j.train.StateFile;
import io.lota4j.train.TrainConfig;
import io.lota4j.train.attribution.Random;
import io.lota4j.train.lora.LoraConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A Java caller is refused, before any work, what would harm the caller's files.
class LotaPlacesTest {
    private static final TrainConfig CONFIG =
            TrainConfig.of(4, 1e-3).batchSize(2).seed(5).build();
    private static final LoraConfig FACTORS = new LoraConfig(2, 4, Pool.standard());

    /// Nothing starts.
    private static final RunObserver NEVER = RunObserver.NONE.onStart(outlook -> {
        throw new AssertionError("the run has begun");
    });

    @TempDir
    private Path folder = Path.of("");

    private Lota lota = Lota.open(Path.of("nowhere"));
    private Dataset rows = new Dataset(Path.of("nowhere"), "", 0, List.of(), List.of());
    private Dataset others = rows;
    private Map<Path, String> before = Map.of();

    @BeforeEach
    void open() throws IOException {
        DemoFiles.writeBase(at("base"));
        DemoFiles.writeTask(folder, new DemoData(DemoData.DEFAULT_SEED), DemoTask.PLUS);
        Files.createSymbolicLink(at("link"), at("base"));
        lota = Lota.open(at("base"), KernelChoice.JAVA, MemoryPolicy.KEEP);
        RowOptions templates = RowOptions.templates("{prompt}", "{completion}").limit(4);
        rows = lota.data(at("plus-train.jsonl"), templates);
        others = lota.data(at("plus-test.jsonl"), templates);
        before = contents();
    }

    @AfterEach
    void close() {
        lota.close();
    }

    @Test
    void aRunIsKeptOffWhatItReads() throws IOException {
        Mask mask = lota.mask(new Random(), Calibration.of(0.9), 3);
        HeldOut heldOut = new HeldOut(others, 2);
        Calibration how = Calibration.of(0.9);
        for (Path place : List.of(
                at("base/model.safetensors"),
                at("base/new"),
                at("link/new"),
                rows.paths().getFirst(),
                others.paths().getFirst())) {
            StateFile state = StateFile.at(place);
            refuses(place, () -> lota.train(rows, mask, CONFIG, heldOut, NEVER, state));
            refuses(place, () -> lota.calibrate(rows, how, CONFIG, heldOut, NEVER, state));
            refuses(place, () -> lota.calibrate(rows, how.deltaOut(place), CONFIG, heldOut, NEVER, StateFile.NONE));
            refuses(place, () -> lota.lora(rows, FACTORS, CONFIG, at("new"), heldOut, NEVER, state));
        }
        for (Path place : List.of(at("link"), at("base/new"), at("link/new"))) {
            refuses(place, () -> lota.lora(rows, FACTORS, CONFIG, place, NEVER, StateFile.NONE));
        }
    }

    @Test
    void twoOutputsHaveTwoPaths() {
        StateFile state = StateFile.at(at("new"));
        Calibration how = Calibration.of(0.9).deltaOut(at("base/../new"));
        assertThatThrownBy(() -> lota.calibrate(rows, how, CONFIG, NEVER, state))
                .isInstanceOf(LotaException.class)
                .hasMessageEndingWith("Give each a path of its own.");
        assertThatThrownBy(() -> lota.lora(rows, FACTORS, CONFIG, at("new"), NEVER, StateFile.at(at("new/state"))))
                .isInstanceOf(LotaException.class)
                .hasMessageEndingWith("Give it another path.");
        Evaluation scores = new Evaluation(List.of(), 0, 1, 0, 0);
        assertThatThrownBy(() -> ScoreFiles.write(scores, rows, at("new"), at("base/../new")))
                .isInstanceOf(LotaException.class)
                .hasMessageEndingWith("Give each a path of its own.");
        assertThat(at("new")).doesNotExist();
    }

    @Test
    void whatCannotBeWrittenIsToldFirst() {
        Path nowhere = at("missing/new");
        Calibration how = Calibration.of(0.9).deltaOut(nowhere);
        assertThatThrownBy(() -> lota.calibrate(rows, how, CONFIG, NEVER, StateFile.NONE))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("there is no folder");
        assertThatThrownBy(
                        () -> lota.train(rows, lota.everything(Pool.standard()), CONFIG, NEVER, StateFile.at(nowhere)))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("there is no folder");
        Path inFile = rows.paths().getFirst().resolve("new");
        assertThatThrownBy(() -> lota.lora(rows, FACTORS, CONFIG, inFile, NEVER, StateFile.NONE))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("is a file, not a folder");
    }

    @Test
    void modelsMergesAndScoresAreKeptOffWhatTheyAreMadeFrom() throws IOException {
        Ticket ticket = lota.train(rows, lota.mask(new Random(), Calibration.of(0.99), 3), CONFIG)
                .result();
        TicketFile.write(at("ticket"), ticket);
        Files.createLink(at("same"), at("ticket"));
        before = contents();
        for (Path place : List.of(at("base/new"), at("link/new"))) {
            refuses(place, () -> lota.apply(ticket, place));
            // It was never applied there, which reading the weights would tell.
            refuses(place, () -> Lota.revert(at("base"), ticket, place));
        }
        refuses(at("same"), () -> Lota.merge(List.of(at("ticket"), at("ticket")), MergeOptions.by("add"), at("same")));
        Evaluation scores = new Evaluation(List.of(), 0, 1, 0, 0);
        refuses(
                rows.paths().getFirst(),
                () -> ScoreFiles.write(scores, rows, rows.paths().getFirst(), null));
        refuses(
                rows.paths().getFirst(),
                () -> ScoreFiles.write(scores, rows, at("new"), rows.paths().getFirst()));
    }

    private void refuses(Path place, ThrowingCallable work) throws IOException {
        assertThatThrownBy(work)
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("(" + place + ")")
                .hasMessageEndingWith("Give another path to write to.");
        assertThat(contents()).isEqualTo(before);
    }

    /// Every file with its size and the moment at which it was last written.
    private Map<Path, String> contents() throws IOException {
        try (var files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .collect(Collectors.toMap(file -> file, LotaPlacesTest::state, (a, b) -> a, TreeMap::new));
        }
    }

    private static String state(Path file) {
        try {
            return Files.size(file) + " " + Files.getLastModifiedTime(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path at(String name) {
        return folder.resolve(name);
    }
}
