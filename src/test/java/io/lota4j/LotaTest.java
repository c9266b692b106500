package io.lota4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.data.Dataset;
import io.lota4j.demo.DemoData;
import io.lota4j.demo.DemoFiles;
import io.lota4j.demo.DemoTask;
import io.lota4j.eval.Evaluation;
import io.lota4j.eval.ExampleScore;
import io.lota4j.kernel.choice.KernelChoice;
import io.lota4j.mask.Mask;
import io.lota4j.mask.Pool;
import io.lota4j.merge.run.MergeReport;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import io.lota4j.train.RunObserver;
import io.lota4j.train.RunObserver.Outlook;
import io.lota4j.train.StateFile;
import io.lota4j.train.TrainConfig;
import io.lota4j.train.Training;
import io.lota4j.train.attribution.Fisher;
import io.lota4j.train.attribution.Magnitude;
import io.lota4j.train.attribution.Random;
import io.lota4j.train.attribution.Snip;
import io.lota4j.train.lora.LoraConfig;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The library's front on the demo's base.
class LotaTest {
    private static final TrainConfig CONFIG =
            TrainConfig.of(4, 1e-3).batchSize(2).seed(5).build();

    @TempDir
    private Path folder = Path.of("");

    private Lota lota = Lota.open(Path.of("nowhere"));
    private Dataset rows = new Dataset(Path.of("nowhere"), "", 0, List.of(), List.of());

    @BeforeEach
    void open() {
        DemoFiles.writeBase(folder.resolve("base"));
        DemoFiles.writeTask(folder, new DemoData(DemoData.DEFAULT_SEED), DemoTask.PLUS);
        lota = Lota.open(folder.resolve("base"), KernelChoice.JAVA, MemoryPolicy.KEEP);
        rows = lota.data(folder.resolve("plus-train.jsonl"), templates().limit(12));
    }

    private static RowOptions templates() {
        return RowOptions.templates("{prompt}", "{completion}");
    }

    @AfterEach
    void close() {
        lota.close();
    }

    @Test
    void everyRunStartsFromTheBase() throws IOException {
        byte[] first = trained("first");
        lota.evaluate(rows, List.of(TicketFile.read(folder.resolve("first"))), EvalOptions.LOSSES);
        lota.mask(new Fisher(), rows, Calibration.of(0.5));
        assertThat(trained("second")).isEqualTo(first);
    }

    private byte[] trained(String name) throws IOException {
        return bytes(name, lota.train(rows, mask(), CONFIG).result());
    }

    private byte[] bytes(String name, Ticket ticket) throws IOException {
        TicketFile.write(folder.resolve(name), ticket);
        return Files.readAllBytes(folder.resolve(name));
    }

    private Mask mask() {
        return lota.mask(new Random(), Calibration.of(0.9), 3);
    }

    @Test
    void aStoppedRunSaysSoAndGoesOn() throws IOException {
        byte[] whole = trained("whole");
        StateFile state = StateFile.at(folder.resolve("run.state"));
        Training<Ticket> stopped = lota.train(rows, mask(), CONFIG, stopAfter(3), state);
        assertThat(stopped.finished()).isFalse();
        assertThat(stopped.made()).isEmpty();
        assertThat(stopped.reached().step()).isEqualTo(3);
        assertThat(stopped.reached().losses()).hasSize(3);
        assertThatThrownBy(stopped::result)
                .isInstanceOf(LotaException.class)
                .hasMessage("The run was stopped after step 3 of 4; its state is in " + state.file() + ".");
        assertThatThrownBy(stopped::forget).isInstanceOf(LotaException.class);
        assertThat(state.file()).exists();
        assertThatThrownBy(() -> lota.train(rows, mask(), CONFIG, RunObserver.NONE, state))
                .isInstanceOf(LotaException.class)
                .hasMessageStartingWith(state.file() + ": a stopped run left its state.");

        Training<Ticket> resumed = lota.train(rows, mask(), CONFIG, RunObserver.NONE, state.resumed());
        assertThat(bytes("resumed", resumed.result())).isEqualTo(whole);
        assertThat(resumed.reached().losses())
                .hasSize(4)
                .startsWith(stopped.reached().losses().toArray(Double[]::new));
        assertThat(resumed.seconds()).isPositive();
        assertThatThrownBy(() -> resumed.reached().losses().add(0.0)).isInstanceOf(UnsupportedOperationException.class);
        resumed.forget();
        assertThat(state.file()).doesNotExist();
    }

    @Test
    void aStoppedAdapterIsWrittenWhenItIsWhole() throws IOException {
        LoraConfig factors = new LoraConfig(2, 4, Pool.standard());
        byte[] whole = bytes(
                "whole", lota.lora(rows, factors, CONFIG, folder.resolve("one")).result());
        StateFile state = StateFile.at(folder.resolve("run.state"));
        Path adapter = folder.resolve("two");
        assertThat(lota.lora(rows, factors, CONFIG, adapter, stopAfter(3), state)
                        .finished())
                .isFalse();
        assertThat(adapter).doesNotExist();
        Training<Ticket> resumed = lota.lora(rows, factors, CONFIG, adapter, RunObserver.NONE, state.resumed());
        assertThat(bytes("resumed", resumed.result())).isEqualTo(whole);
        Path weights = Path.of("adapter_model.safetensors");
        assertThat(adapter.resolve(weights))
                .hasSameBinaryContentAs(folder.resolve("one").resolve(weights));
        assertThatThrownBy(() -> lota.lora(rows, factors, CONFIG, adapter))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining(adapter + " is not empty");
    }

    @Test
    void aCalibrationStopsLikeTrainingDoes() {
        Calibration how = Calibration.of(0.9);
        Training<Mask> stopped = lota.calibrate(rows, how, CONFIG, stopAfter(1), StateFile.NONE);
        assertThat(stopped.finished()).isFalse();
        assertThatThrownBy(stopped::result).hasMessage("The run was stopped after step 1 of 4; no state was kept.");
        // The last step is never stopped: there is nothing left to do.
        assertThat(lota.calibrate(rows, how, CONFIG, stopAfter(4), StateFile.NONE)
                        .finished())
                .isTrue();
    }

    private static RunObserver stopAfter(long step) {
        AtomicLong reached = new AtomicLong();
        return RunObserver.steps(p -> reached.set(p.step())).stopWhen(() -> reached.get() == step);
    }

    @Test
    void aWatchHearsOfTheStartAndOfEveryStep() {
        List<Object> heard = new ArrayList<>();
        RunObserver observer = RunObserver.steps(p -> heard.add(p.step())).onStart(heard::add);
        lota.train(rows, mask(), CONFIG, observer, StateFile.NONE);
        assertThat(heard).element(0).isInstanceOfSatisfying(Outlook.class, start -> {
            assertThat(start.kernel()).startsWith("java (");
            assertThat(start.memory().total()).isPositive();
        });
        assertThat(heard.subList(1, heard.size())).containsExactly(1L, 2L, 3L, 4L);
    }

    @Test
    void scoresStopAfterABatchAndMasksAfterAPass() {
        Evaluation part =
                lota.evaluate(rows, List.of(), EvalOptions.LOSSES.batchSize(5), (done, all, tokens) -> {}, () -> true);
        assertThat(part.examples()).hasSize(5);
        Evaluation all = lota.evaluate(rows, List.of(), EvalOptions.LOSSES.batchSize(5));
        assertThat(all.examples()).hasSize(12).startsWith(part.examples().toArray(ExampleScore[]::new));

        List<Long> passes = new ArrayList<>();
        assertThat(lota.mask(
                        new Snip(),
                        rows,
                        Calibration.of(0.9),
                        (done, of, tokens) -> passes.add(done),
                        () -> passes.size() == 2))
                .isEmpty();
        assertThat(passes).containsExactly(1L, 2L);
    }

    @Test
    void masksKeepOutOfOthers() {
        Mask first = lota.mask(new Magnitude(), Calibration.of(0.9), 0);
        Mask second = lota.mask(new Magnitude(), Calibration.of(0.9).avoid("first", first), 0);
        assertThat(second.trainable()).isEqualTo(first.trainable()).isEqualTo(78_643);
        assertThat(second.and(first).trainable()).isZero();
        assertThat(lota.among(Calibration.of(0.9).avoid("first", first)).trainable())
                .isEqualTo(lota.everything(Pool.standard()).trainable() - first.trainable());
    }

    @Test
    void dataSaysHowItsRowsBecameTokens() {
        assertThat(rows.origin())
                .containsEntry("prompt", "{prompt}")
                .containsEntry("completion", "{completion}")
                .containsKeys("max_length", "chat_template");
    }

    @Test
    void nothingIsAskedOfAClosedBase() {
        lota.fingerprint();
        lota.close();
        assertThatThrownBy(lota::fingerprint)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageEndingWith("base was closed");
        assertThatThrownBy(() -> lota.preview(rows.examples().getFirst())).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void badOptionsAreToldWhereTheyAreMade() {
        assertThatThrownBy(() -> Calibration.of(90))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("0.9");
        assertThatThrownBy(() -> RowOptions.templates("{prompt", "x")).isInstanceOf(LotaException.class);
        assertThatThrownBy(() -> EvalOptions.answers(3).matching("(")).isInstanceOf(LotaException.class);
        assertThatThrownBy(() -> EvalOptions.LOSSES.matching("x"))
                .isInstanceOf(LotaException.class)
                .hasMessage("A pattern for answers needs answers of at least 1 token.");
        assertThatThrownBy(() -> EvalOptions.LOSSES.batchSize(0)).isInstanceOf(LotaException.class);
        assertThatThrownBy(() -> Generation.greedy(0)).isInstanceOf(LotaException.class);
        assertThatThrownBy(() -> TrainConfig.of(0, 1).build()).isInstanceOf(LotaException.class);
        assertThatThrownBy(() -> merged(MergeOptions.by("tise"))).hasMessageContaining("Did you mean 'ties'?");
        assertThatThrownBy(() -> merged(MergeOptions.by("ties").with("densty", 1)))
                .hasMessageContaining("Did you mean 'density'?");
    }

    private MergeReport merged(MergeOptions how) {
        return Lota.merge(List.of(folder.resolve("a"), folder.resolve("b")), how, folder.resolve("merged"));
    }

    /// As Ctrl-C does: what was trained is kept, and goes on bit for bit.
    @Test
    void anInterruptedRunEndsAfterItsStepAndGoesOn() throws IOException {
        byte[] whole = trained("whole");
        StateFile state = StateFile.at(folder.resolve("run.state"));
        RunObserver observer = RunObserver.steps(step -> {
            if (step.step() == 2) {
                Thread.currentThread().interrupt();
            }
        });
        Training<Ticket> stopped = lota.train(rows, mask(), CONFIG, observer, state);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(stopped.reached().step()).isEqualTo(2);
        assertThatThrownBy(stopped::result)
                .isInstanceOf(StoppedException.class)
                .hasMessageContaining("stopped after step 2 of 4")
                .hasMessageContaining("run.state");
        Ticket resumed = lota.train(rows, mask(), CONFIG, RunObserver.NONE, state.resumed())
                .result();
        assertThat(bytes("resumed", resumed)).isEqualTo(whole);
    }

    @Test
    void whatIsAskedForByAnInterruptedThreadIsThereOrSaidToBeMissing() throws IOException {
        Ticket ticket = lota.train(rows, mask(), CONFIG).result();
        byte[] quiet = bytes("quiet", ticket);
        try {
            Thread.currentThread().interrupt();
            assertThat(bytes("interrupted", ticket)).isEqualTo(quiet);
            assertThat(bytes("again", TicketFile.read(folder.resolve("quiet")))).isEqualTo(quiet);
            lota.apply(ticket, folder.resolve("tuned"));
            Lota.revert(folder.resolve("tuned"), ticket, folder.resolve("back"));
            assertThatThrownBy(() -> lota.evaluate(rows, List.of(), EvalOptions.LOSSES.batchSize(2)))
                    .isInstanceOf(StoppedException.class);
            assertThatThrownBy(() -> lota.mask(new Snip(), rows, Calibration.of(0.5)))
                    .isInstanceOf(StoppedException.class);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(folder.resolve("back/model.safetensors"))
                .hasSameBinaryContentAs(folder.resolve("base/model.safetensors"));
    }

    /// A ticket would be for a base that nobody has.
    @Test
    void aBaseThatIsRewrittenWhileItTrainsMakesNoTicket() throws IOException {
        Path weights = folder.resolve("base/model.safetensors");
        byte[] content = Files.readAllBytes(weights);
        content[content.length - 1] ^= 1;
        RunObserver observer = RunObserver.steps(step -> {
            try (RandomAccessFile file = new RandomAccessFile(weights.toFile(), "rw")) {
                file.write(content);
                Files.setLastModifiedTime(weights, FileTime.fromMillis(step.step()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        assertThatThrownBy(() -> lota.train(rows, mask(), CONFIG, observer, StateFile.NONE))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("has changed since it was opened");
    }
}
