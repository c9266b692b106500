package io.lota4j.internal.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.Golden;
import io.lota4j.LotaException;
import io.lota4j.data.Dataset;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.kernel.MaskedKernel;
import io.lota4j.internal.kernel.java.JavaKernel;
import io.lota4j.internal.model.Decoder;
import io.lota4j.internal.model.FakeDevice;
import io.lota4j.internal.model.FakeKernel;
import io.lota4j.internal.train.lora.LoraJob;
import io.lota4j.mask.Mask;
import io.lota4j.mask.Pool;
import io.lota4j.mask.Scope;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.model.MemoryPolicy.ActivationPolicy;
import io.lota4j.model.MemoryPolicy.BaseWeights;
import io.lota4j.ticket.Ticket;
import io.lota4j.train.RunState;
import io.lota4j.train.TrainConfig;
import io.lota4j.train.lora.LoraConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Whole runs on a device whose memory Java cannot touch are those on the host, bit for bit: kernel and products are
/// the same.
class FakeDeviceTrainingTest {
    private static final Dataset DATA = Runs.data(6, 8);
    private static final TrainConfig CONFIG = Runs.config(4, Runs.ADAMW, 1e-2);

    @TempDir
    private Path folder = Path.of("");

    @ParameterizedTest
    @EnumSource(BaseWeights.class)
    void writesTheTicketOfTheHost(BaseWeights base) {
        MemoryPolicy memory = new MemoryPolicy(ActivationPolicy.KEEP, base);
        assertThat(trained(FakeDevice::open, new FakeKernel(), memory))
                .usingRecursiveComparison()
                .isEqualTo(trained(Decoder::open, new JavaKernel(), memory));
    }

    /// With embeddings and norms, whose gradients are whole, and by way of a state on disk.
    private Tensors trained(
            BiFunction<Checkpoint, MemoryPolicy, Decoder> open, MaskedKernel kernel, MemoryPolicy memory) {
        Path state = folder.resolve(kernel.name() + memory.base());
        RunState stopped;
        try (AdaptedModel model = model(open, memory)) {
            stopped = job(model, kernel).run(state, 0, false, Runs.SILENT, () -> true);
            assertThat(stopped.step()).isEqualTo(1);
        }
        try (AdaptedModel model = model(open, memory)) {
            Job job = job(model, kernel);
            RunState end = job.run(state, 0, true, Runs.SILENT, () -> false);
            assertThat(end.losses().getFirst()).isEqualTo(stopped.losses().getFirst());
            return Tensors.of(end, job.ticket(end));
        }
    }

    private static Job job(AdaptedModel model, MaskedKernel kernel) {
        return new Job(model, Runs.random(model, 0.8, Scope.GLOBAL, 3, Pool.all()), DATA, CONFIG, kernel);
    }

    @Test
    void findsTheMaskOfTheHostByLossChanges() {
        assertThat(calibrated(FakeDevice::open, new FakeKernel()).tensors())
                .isEqualTo(calibrated(Decoder::open, new JavaKernel()).tensors());
    }

    private static Mask calibrated(BiFunction<Checkpoint, MemoryPolicy, Decoder> open, MaskedKernel kernel) {
        try (AdaptedModel model = model(open, MemoryPolicy.KEEP);
                LossChanges sums =
                        new LossChanges(model.decoder(), job(model, kernel).mask())) {
            Job job = job(model, kernel).counting(sums);
            return job.calibrated(job.run(null, 0, false, Runs.SILENT, () -> false), 0.95, Scope.GLOBAL);
        }
    }

    @Test
    void trainsTheFactorsOfTheHost() {
        assertThat(factors(FakeDevice::open, new FakeKernel()))
                .usingRecursiveComparison()
                .isEqualTo(factors(Decoder::open, new JavaKernel()));
    }

    private static Tensors factors(BiFunction<Checkpoint, MemoryPolicy, Decoder> open, MaskedKernel kernel) {
        LoraConfig lora = new LoraConfig(2, 4, Pool.standard());
        try (AdaptedModel model = model(open, MemoryPolicy.KEEP);
                LoraJob job = new LoraJob(model, lora, DATA, CONFIG, kernel)) {
            RunState end = job.run(null, 0, false, Runs.SILENT, () -> false);
            return Tensors.of(end, job.ticket(end));
        }
    }

    @Test
    void aTicketOnItIsThatOnTheHost() {
        try (AdaptedModel host = Runs.model();
                AdaptedModel fake = model(FakeDevice::open, MemoryPolicy.KEEP)) {
            Mask mask = Runs.random(host, 0.9, 3);
            Job job = Runs.job(host, mask, DATA, CONFIG);
            Ticket ticket = job.ticket(job.run(null, 0, false, Runs.SILENT, () -> false));
            fake.add(ticket);
            assertThat(fake.ticket(mask, ticket.info().provenance()).tensors())
                    .usingRecursiveComparison()
                    .isEqualTo(ticket.tensors());
        }
    }

    @Test
    void aKernelOfTheHostIsRefused() {
        try (AdaptedModel model = model(FakeDevice::open, MemoryPolicy.KEEP)) {
            Job job = job(model, new JavaKernel());
            assertThatThrownBy(() -> job.run(null, 0, false, Runs.SILENT, () -> false))
                    .isInstanceOf(LotaException.class)
                    .hasMessage("This kernel computes in the host's memory, but was given memory of cuda:0; take the"
                            + " kernel cuda, or the device cpu.");
        }
    }

    private record Tensors(List<Double> losses, Object tensors) {
        static Tensors of(RunState end, Ticket ticket) {
            return new Tensors(end.losses(), ticket.tensors());
        }
    }

    private static AdaptedModel model(BiFunction<Checkpoint, MemoryPolicy, Decoder> open, MemoryPolicy memory) {
        Checkpoint base = Checkpoint.open(Golden.path("models/llama-tied"));
        return new AdaptedModel(base, open.apply(base, memory));
    }
}
