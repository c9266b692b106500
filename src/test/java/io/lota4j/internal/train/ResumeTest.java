package io.lota4j.internal.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.Golden;
import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.data.Dataset;
import io.lota4j.internal.checkpoint.SafetensorsFile;
import io.lota4j.internal.checkpoint.SafetensorsWriter;
import io.lota4j.internal.checkpoint.TensorSource;
import io.lota4j.mask.Mask;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.model.MemoryPolicy.ActivationPolicy;
import io.lota4j.model.MemoryPolicy.BaseWeights;
import io.lota4j.train.Optimizer;
import io.lota4j.train.Progress;
import io.lota4j.train.RunState;
import io.lota4j.train.StateFile;
import io.lota4j.train.TrainConfig;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResumeTest {
    private static final int STEPS = 6;
    private static final Dataset DATA = Runs.data(2, 7);

    @TempDir
    Path folder;

    static Stream<Optimizer> optimizers() {
        return Stream.of(Runs.ADAMW, new Optimizer.RmsProp(0.99, 1e-8, 0.05), Optimizer.Sgd.DEFAULT);
    }

    /// What a run leaves: its losses and every weight's bits.
    private record End(RunState state, Map<String, int[]> bits) {}

    @ParameterizedTest
    @MethodSource("optimizers")
    void aStoppedRunGoesOnBitForBit(Optimizer optimizer) {
        TrainConfig config = Runs.config(STEPS, optimizer, 1e-2);
        End whole = run(0.7, config, 0, false, Integer.MAX_VALUE);
        End stopped = run(0.7, config, 0, false, 2);
        assertThat(stopped.state().step()).isEqualTo(2);
        assertThat(state()).exists();
        // Stopped twice.
        assertThat(run(0.7, config, 0, true, 3).state().step()).isEqualTo(5);
        assertSame(run(0.7, config, 0, true, Integer.MAX_VALUE), whole);
    }

    @Test
    void stepsBetweenStatesAreNotNegative() {
        assertThatThrownBy(() -> StateFile.at(state()).every(-1))
                .isInstanceOf(LotaException.class)
                .hasMessage("The steps between two states must be at least 0, found -1.");
    }

    /// The whole pool has no list of indices and keeps its gradients in the weights' shapes.
    @Test
    void aDenseRunGoesOnToo() {
        TrainConfig config = Runs.config(STEPS, Runs.ADAMW, 1e-2);
        End whole = run(0, config, 0, false, Integer.MAX_VALUE);
        run(0, config, 0, false, 4);
        assertSame(run(0, config, 0, true, Integer.MAX_VALUE), whole);
    }

    @Test
    void aRunGoesOnUnderAnotherMemoryPolicy() {
        MemoryPolicy mapped = new MemoryPolicy(ActivationPolicy.RECOMPUTE, BaseWeights.MAPPED);
        TrainConfig config = Runs.config(STEPS, Runs.ADAMW, 1e-2);
        End whole = run(0.7, config, 0, false, Integer.MAX_VALUE);
        run(0.7, config, 0, false, 2);
        run(mapped, 0.7, config, 0, true, 2);
        assertSame(run(0.7, config, 0, true, Integer.MAX_VALUE), whole);
        run(mapped, 0.7, config, 0, false, 3);
        assertSame(run(mapped, 0.7, config, 0, true, Integer.MAX_VALUE), whole);
    }

    /// A dense run with what it keeps in files goes on from a state in memory, and the other way round.
    @Test
    void aRunInFilesGoesOnToo() {
        MemoryPolicy files = MemoryPolicy.KEEP.withState(folder);
        TrainConfig config = Runs.config(STEPS, Runs.ADAMW, 1e-2);
        End whole = run(0, config, 0, false, Integer.MAX_VALUE);
        run(files, 0, config, 0, false, 2);
        assertThat(folder.toFile().list()).containsExactly("ticket.state");
        run(0, config, 0, true, 2);
        assertSame(run(files, 0, config, 0, true, Integer.MAX_VALUE), whole);
    }

    /// A process that dies leaves the state of the last multiple of so many steps.
    @Test
    void aKilledRunGoesOnFromItsLastState() {
        TrainConfig config = Runs.config(STEPS, Runs.ADAMW, 1e-2);
        End whole = run(0.7, config, 0, false, Integer.MAX_VALUE);
        try (AdaptedModel model = Runs.model()) {
            Job job = Runs.job(model, Runs.random(model, 0.7, 1), DATA, config);
            assertThatThrownBy(() -> job.run(state(), 2, false, ResumeTest::dieAtFive, () -> false))
                    .hasMessage("killed");
        }
        try (AdaptedModel model = Runs.model()) {
            List<Long> steps = new ArrayList<>();
            RunState end = Runs.job(model, Runs.random(model, 0.7, 1), DATA, config)
                    .run(state(), 2, true, p -> steps.add(p.step()), () -> false);
            assertThat(steps).containsExactly(5L, 6L);
            assertSame(new End(end, Runs.bits(model)), whole);
        }
    }

    private static void dieAtFive(Progress progress) {
        if (progress.step() == 5) {
            throw new IllegalStateException("killed");
        }
    }

    @Test
    void aFinishedRunLeavesNoStateOfItsOwn() {
        run(0.7, Runs.config(STEPS, Runs.ADAMW, 1e-2), 0, false, Integer.MAX_VALUE);
        assertThat(state()).doesNotExist();
    }

    @Test
    void thereMustBeAState() {
        assertThatThrownBy(() -> run(0.7, Runs.config(STEPS, Runs.ADAMW, 1e-2), 0, true, 1))
                .isInstanceOf(LotaException.class)
                .hasMessage("Nothing to resume: there is no run state at %s; start a new run instead.", state());
    }

    @Test
    void otherSettingsAreAnotherRun() {
        TrainConfig config = Runs.config(STEPS, Runs.ADAMW, 1e-2);
        run(0.7, config, 0, false, 2);
        TrainConfig other = Runs.config(STEPS, Runs.ADAMW, 2e-2);
        assertThatThrownBy(() -> run(0.7, other, 0, true, 2))
                .isInstanceOf(LotaException.class)
                .hasMessage(
                        "%s: this state belongs to another run: its settings is %s, this run's is %s. Resume with the"
                                + " settings it was started with, or remove the file to start again.",
                        state(), config.text(), other.text());
    }

    @Test
    void anotherMaskOrOtherDataIsAnotherRun() {
        TrainConfig config = Runs.config(STEPS, Runs.ADAMW, 1e-2);
        run(0.7, config, 0, false, 2);
        assertThatThrownBy(() -> run(0.8, config, 0, true, 2))
                .isInstanceOf(LotaException.class)
                .hasMessageStartingWith(state() + ": this state belongs to another run: its mask is ");
        try (AdaptedModel model = Runs.model()) {
            Job job = Runs.job(model, Runs.random(model, 0.7, 1), Runs.data(3, 7), config);
            assertThatThrownBy(() -> job.run(state(), 0, true, Runs.SILENT, () -> false))
                    .isInstanceOf(LotaException.class)
                    .hasMessageStartingWith(state() + ": this state belongs to another run: its data is ");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 7, 300, -1})
    void aTruncatedStateIsAnError(long length) throws IOException {
        TrainConfig config = Runs.config(STEPS, Runs.ADAMW, 1e-2);
        run(0.7, config, 0, false, 2);
        try (var channel = Files.newByteChannel(state(), java.nio.file.StandardOpenOption.WRITE)) {
            channel.truncate(length < 0 ? channel.size() + length : length);
        }
        assertThatThrownBy(() -> run(0.7, config, 0, true, 2))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining(state().toString());
    }

    @Test
    void aStateMustBeWhole() throws IOException {
        TrainConfig config = Runs.config(STEPS, Runs.ADAMW, 1e-2);
        run(0.7, config, 0, false, 2);
        byte[] good = Files.readAllBytes(state());
        String first = "model.layers.0.mlp.down_proj.weight.first";
        assertRefused(
                config,
                good,
                m -> {},
                t -> t.removeIf(x -> x.name().equals(first)),
                state() + ": expected the F32 tensor " + first + " with ");
        assertRefused(
                config,
                good,
                m -> m.put("format", "lota4j run state 9"),
                t -> {},
                state()
                        + ": expected a run state (format \"lota4j run state 1\"), found format \"lota4j run state"
                        + " 9\".");
        assertRefused(
                config,
                good,
                m -> m.put("run.settings", "TrainConfig[steps=6, optimizer=AdamW[beta1=0.9, beta2=0.99]]"),
                t -> {},
                state() + ": this state was written by an earlier version of lota4j, and this version cannot go on from"
                        + " it. Finish the run with the version that started it, or remove the file to start again.");
        assertRefused(config, good, m -> m.remove("step"), t -> {}, state() + ": the run state's step is missing.");
        assertRefused(
                config,
                good,
                m -> m.put("tokens", "many"),
                t -> {},
                state() + ": the run state's tokens is \"many\", expected a whole number.");
        assertRefused(
                config,
                good,
                m -> m.put("losses", "1.5,x"),
                t -> {},
                state() + ": the run state's losses is \"1.5,x\", expected 2 numbers.");
        assertRefused(
                config,
                good,
                m -> m.put("losses", "1.5"),
                t -> {},
                state() + ": the run state's losses is \"1.5\", expected 2 numbers.");
    }

    private interface Edit<T> {
        void of(T value);
    }

    private void assertRefused(
            TrainConfig config,
            byte[] good,
            Edit<Map<String, String>> metadata,
            Edit<List<TensorSource>> tensors,
            String message)
            throws IOException {
        Files.write(state(), good);
        Map<String, String> keys;
        List<TensorSource> kept = new ArrayList<>();
        try (SafetensorsFile file = SafetensorsFile.open(state())) {
            keys = new LinkedHashMap<>(file.metadata());
            file.tensors()
                    .forEach((name, info) -> kept.add(TensorSource.ofBytes(
                            name, DType.F32, info.shape(), file.bytes(name).toArray(ValueLayout.JAVA_BYTE))));
        }
        metadata.of(keys);
        tensors.of(kept);
        SafetensorsWriter.write(state(), keys, kept);
        assertThatThrownBy(() -> run(0.7, config, 0, true, 2))
                .isInstanceOf(LotaException.class)
                .hasMessageStartingWith(message);
    }

    private End run(double sparsity, TrainConfig config, long every, boolean resume, int steps) {
        return run(MemoryPolicy.KEEP, sparsity, config, every, resume, steps);
    }

    /// Runs in a model of its own, as another process would.
    private End run(MemoryPolicy memory, double sparsity, TrainConfig config, long every, boolean resume, int steps) {
        try (AdaptedModel model = AdaptedModel.open(Golden.path("models/llama-tied"), memory)) {
            Mask mask = sparsity == 0 ? Runs.everything(model) : Runs.random(model, sparsity, 1);
            int[] left = {steps};
            RunState end =
                    Runs.job(model, mask, DATA, config).run(state(), every, resume, Runs.SILENT, () -> --left[0] == 0);
            return new End(end, Runs.bits(model));
        }
    }

    private Path state() {
        return folder.resolve("ticket.state");
    }

    private static void assertSame(End found, End expected) {
        assertThat(found.state())
                .usingRecursiveComparison()
                .ignoringFields("seconds")
                .isEqualTo(expected.state());
        assertThat(found.state().seconds()).isPositive();
        assertThat(found.state().losses()).hasSize(STEPS);
        found.bits()
                .forEach((name, bits) ->
                        assertThat(bits).as(name).isEqualTo(expected.bits().get(name)));
    }
}
