package io.lota4j.internal.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.Golden;
import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.SafetensorsWriter;
import io.lota4j.internal.checkpoint.TensorSource;
import io.lota4j.internal.ticket.ExactValues;
import io.lota4j.mask.Mask;
import io.lota4j.mask.Pool;
import io.lota4j.mask.Scope;
import io.lota4j.memory.Host;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.model.MemoryPolicy.ActivationPolicy;
import io.lota4j.model.MemoryPolicy.BaseWeights;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketTensor;
import io.lota4j.ticket.Tickets;
import io.lota4j.train.RunState;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.roaringbitmap.RoaringBitmap;

class AdaptedModelTest {
    @TempDir
    Path folder;

    /// A delta is rounded once, when the base is subtracted, and once more when it is added: what comes out is the
    /// trained weight, or its neighbour at the magnitude of the base weight.
    @ParameterizedTest
    @ValueSource(doubles = {1e-4, 1e-2, 0.3})
    void aTicketMakesTheTrainedWeights(double lr) {
        try (AdaptedModel trained = Runs.model();
                AdaptedModel adapted = Runs.model()) {
            Ticket ticket = ticket(trained, 0.8, lr);
            adapted.add(ticket);
            trained.decoder().weights().shapes().keySet().forEach(name -> {
                float[] expected = floats(trained, name);
                float[] found = floats(adapted, name);
                float[] base = new float[found.length];
                trained.base().read(name, MemorySegment.ofArray(base));
                for (int i = 0; i < found.length; i++) {
                    float largest = Math.max(Math.abs(base[i]), Math.abs(expected[i]));
                    assertThat(Math.abs((double) found[i] - expected[i]))
                            .as("%s[%d]", name, i)
                            .isLessThanOrEqualTo(Math.ulp(largest));
                    if (Math.abs(expected[i] - base[i]) <= Math.abs(base[i]) / 2) {
                        assertThat(found[i]).as("%s[%d], exact", name, i).isEqualTo(expected[i]);
                    }
                }
            });
        }
    }

    @Test
    void theWrittenDirectoryHoldsTheSameBits() {
        try (AdaptedModel trained = Runs.model();
                AdaptedModel adapted = Runs.model()) {
            Ticket ticket = ticket(trained, 0.8, 1e-2);
            Tickets.apply(trained.base(), ticket, folder.resolve("tuned"));
            adapted.add(ticket);
            try (AdaptedModel written = AdaptedModel.open(folder.resolve("tuned"))) {
                assertSame(Runs.bits(written), Runs.bits(adapted));
            }
            Tickets.revert(folder.resolve("tuned"), ticket, folder.resolve("base"));
            try (Checkpoint base = Checkpoint.open(folder.resolve("base"))) {
                assertThat(base.fingerprint()).isEqualTo(trained.base().fingerprint());
            }
        }
    }

    /// In memory nothing is rounded to the base's type; on disk it is.
    @Test
    void aNarrowBaseIsRoundedOnDiskOnly() {
        try (AdaptedModel trained = Runs.model("llama-bf16-sharded");
                AdaptedModel adapted = Runs.model("llama-bf16-sharded")) {
            Ticket ticket = ticket(trained, 0.5, 1e-2);
            assertThat(ticket.tensors().values())
                    .allMatch(t -> t.baseType() == DType.BF16 && t.valueType() == DType.F32);
            adapted.add(ticket);
            Tickets.apply(trained.base(), ticket, folder.resolve("tuned"));
            try (Checkpoint tuned = Checkpoint.open(folder.resolve("tuned"))) {
                boolean rounded = false;
                for (String name : tuned.tensors().keySet()) {
                    float[] memory = floats(adapted, name);
                    float[] disk = new float[memory.length];
                    tuned.read(name, MemorySegment.ofArray(disk));
                    for (int i = 0; i < disk.length; i++) {
                        // BF16 has 8 significant bits.
                        assertThat(disk[i]).isCloseTo(memory[i], within(Math.abs(memory[i]) / 256));
                        rounded |= disk[i] != memory[i];
                    }
                }
                assertThat(rounded).isTrue();
            }
        }
    }

    @Test
    void disjointTicketsAddUpInAnyOrder() {
        try (AdaptedModel one = Runs.model();
                AdaptedModel other = Runs.model();
                AdaptedModel there = Runs.model();
                AdaptedModel back = Runs.model()) {
            Mask mask = Runs.random(one, 0.6, 4);
            Ticket first = ticket(one, mask, 1e-2);
            Ticket second = ticket(other, mask.invert(), 1e-2);
            there.add(first);
            there.add(second);
            back.add(second);
            back.add(first);
            assertSame(Runs.bits(there), Runs.bits(back));
        }
    }

    /// Tickets on a mapped base lie over each other, and training goes on from what they make of it.
    @ParameterizedTest
    @ValueSource(strings = {"llama-tied", "llama-bf16-sharded"})
    void aMappedBaseTakesTicketsAndTrainsOnThemLikeALoadedOne(String name) {
        MemoryPolicy mapped = new MemoryPolicy(ActivationPolicy.KEEP, BaseWeights.MAPPED);
        try (AdaptedModel source = Runs.model(name);
                AdaptedModel loaded = Runs.model(name);
                AdaptedModel other = AdaptedModel.open(Golden.path("models/" + name), mapped)) {
            Ticket first = ticket(source, 0.5, 1e-2);
            Ticket second = ticket(source, 0.3, 1e-2);
            for (AdaptedModel model : List.of(loaded, other)) {
                model.add(first);
                model.add(second);
            }
            assertSame(Runs.bits(other), Runs.bits(loaded));
            assertThat(ticket(other, Runs.random(other, 0.7, 9), 1e-2))
                    .usingRecursiveComparison()
                    .isEqualTo(ticket(loaded, Runs.random(loaded, 0.7, 9), 1e-2));
            assertSame(Runs.bits(other), Runs.bits(loaded));
        }
    }

    /// A range of a start is what adding the ticket makes of it, also where values are kept exactly.
    @ParameterizedTest
    @ValueSource(strings = {"llama-tied", "llama-bf16-sharded"})
    void aStartIsReadInParts(String name) {
        try (AdaptedModel source = Runs.model(name)) {
            Ticket ticket = withExactValues(ticket(source, 0.5, 1e-2));
            for (BaseWeights where : BaseWeights.values()) {
                MemoryPolicy memory = new MemoryPolicy(ActivationPolicy.KEEP, where);
                try (AdaptedModel model = AdaptedModel.open(Golden.path("models/" + name), memory)) {
                    model.add(ticket);
                    StartingWeights start = new StartingWeights(model.base(), ticket);
                    ticket.tensors().forEach((tensor, changes) -> {
                        int all = Math.toIntExact(changes.shape().numel());
                        int[] expected = Runs.of(Runs.bits(model), tensor);
                        for (int first : new int[] {0, 1, all / 3, all - 1}) {
                            int end = Math.min(all, first + all / 2);
                            float[] fromStart = new float[end - first];
                            float[] fromWeights = new float[end - first];
                            start.read(tensor, first, MemorySegment.ofArray(fromStart));
                            model.decoder().weights().read(tensor, first, MemorySegment.ofArray(fromWeights));
                            int[] part = Arrays.copyOfRange(expected, first, end);
                            assertThat(bits(fromStart)).isEqualTo(part);
                            assertThat(bits(fromWeights)).isEqualTo(part);
                        }
                    });
                }
            }
        }
    }

    private static int[] bits(float[] values) {
        return MemorySegment.ofArray(values).toArray(ValueLayout.JAVA_INT);
    }

    /// Every third change ends with 7, whatever its delta is.
    private static Ticket withExactValues(Ticket ticket) {
        Map<String, TicketTensor> tensors = new TreeMap<>();
        ticket.tensors().forEach((name, tensor) -> {
            RoaringBitmap some = new RoaringBitmap();
            for (int i = 0; i < tensor.nnz(); i += 3) {
                some.add(tensor.index().select(i));
            }
            float[] sevens = new float[some.getCardinality()];
            Arrays.fill(sevens, 7);
            byte[] bytes = MemorySegment.ofArray(sevens).toArray(ValueLayout.JAVA_BYTE);
            tensors.put(
                    name,
                    new TicketTensor(
                            tensor.shape(),
                            tensor.valueType(),
                            tensor.index(),
                            tensor.values(),
                            tensor.baseType(),
                            Objects.requireNonNull(tensor.baseBits()),
                            new ExactValues(DType.F32, some, bytes)));
        });
        return new Ticket(ticket.info(), tensors);
    }

    @Test
    void weightsThatDidNotMoveAreLeftOut() {
        try (AdaptedModel model = Runs.model()) {
            Ticket ticket = model.ticket(Runs.everything(model), Map.of("source", "test"));
            assertThat(ticket.nnz()).isZero();
            assertThat(ticket.poolSize()).isEqualTo(Runs.everything(model).poolSize());
        }
    }

    @Test
    void aTicketForAnotherBaseIsRefused() {
        try (AdaptedModel model = Runs.model();
                AdaptedModel other = Runs.model("llama3-rope-smooth")) {
            Ticket ticket = other.ticket(Runs.everything(other), Map.of());
            assertThatThrownBy(() -> model.add(ticket))
                    .isInstanceOf(LotaException.class)
                    .hasMessageStartingWith(Text.format(
                            "The ticket is for the base with fingerprint %s, but %s has %s.",
                            other.base().fingerprint().hex(),
                            model.base().directory(),
                            model.base().fingerprint().hex()));
        }
    }

    /// A tied head may be stored all the same, and old files hold tables that nobody reads.
    @Test
    void aTensorThatTheDecoderDoesNotUseCannotBeChangedOrTrained() throws IOException {
        Path base = withStoredHead("base", null);
        Path tuned = withStoredHead("tuned", 1f);
        try (AdaptedModel model = AdaptedModel.open(base);
                Checkpoint to = Checkpoint.open(tuned)) {
            Ticket ticket = Tickets.extract(model.base(), to, OptionalDouble.empty(), Pool.all());
            assertThat(ticket.tensor("lm_head.weight").nnz()).isEqualTo(128 * 32);
            Map<String, int[]> before = Runs.bits(model);
            assertThatThrownBy(() -> model.add(ticket))
                    .isInstanceOf(LotaException.class)
                    .hasMessageStartingWith(
                            "The ticket changes 4,096 values of tensor 'lm_head.weight', which the decoder" + " of "
                                    + base + " does not use");
            assertSame(Runs.bits(model), before);

            Mask mask = Runs.random(model, 0.5, Scope.GLOBAL, 1, Pool.all());
            assertThatThrownBy(() -> Runs.job(model, mask, Runs.data(1, 2), Runs.plain(1, Runs.ADAMW, 1e-3, 2, 1)))
                    .isInstanceOf(LotaException.class)
                    .hasMessage(
                            "Tensor 'lm_head.weight' of %s takes no part in the decoder, so it cannot be trained;"
                                    + " exclude it from the pool.",
                            base);
        }
    }

    /// @param value of all of the head; null: that of the embedding
    private Path withStoredHead(String name, @Nullable Float value) throws IOException {
        Path tied = Golden.path("models/llama-tied");
        Path directory = Files.createDirectory(folder.resolve(name));
        Files.copy(tied.resolve("config.json"), directory.resolve("config.json"));
        List<TensorSource> tensors = new ArrayList<>();
        try (Checkpoint checkpoint = Checkpoint.open(tied)) {
            checkpoint
                    .tensors()
                    .forEach((tensor, info) -> tensors.add(TensorSource.ofBytes(
                            tensor,
                            info.dtype(),
                            info.shape(),
                            checkpoint.bytes(tensor).toArray(ValueLayout.JAVA_BYTE))));
        }
        float[] head = new float[128 * 32];
        if (value == null) {
            try (Checkpoint checkpoint = Checkpoint.open(tied)) {
                checkpoint.read("model.embed_tokens.weight", MemorySegment.ofArray(head));
            }
        } else {
            Arrays.fill(head, value);
        }
        tensors.add(TensorSource.ofFloats("lm_head.weight", Shape.of(128, 32), head));
        SafetensorsWriter.write(directory.resolve("model.safetensors"), Map.of(), tensors);
        return directory;
    }

    private static Ticket ticket(AdaptedModel model, double sparsity, double lr) {
        return ticket(model, Runs.random(model, sparsity, 6), lr);
    }

    private static Ticket ticket(AdaptedModel model, Mask mask, double lr) {
        Job job = Runs.job(model, mask, Runs.data(6, 8), Runs.plain(3, Runs.ADAMW, lr, 4, 1));
        RunState end = job.run(null, 0, false, Runs.SILENT, () -> false);
        return model.ticket(mask, job.provenance("train", end));
    }

    private static float[] floats(AdaptedModel model, String name) {
        return Host.floats(model.decoder().weights().memory(name));
    }

    private static void assertSame(Map<String, int[]> found, Map<String, int[]> expected) {
        found.forEach((name, bits) -> assertThat(bits).as(name).isEqualTo(expected.get(name)));
    }
}
