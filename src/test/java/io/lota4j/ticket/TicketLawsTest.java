package io.lota4j.ticket;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.checkpoint.DType;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.Fingerprint;
import io.lota4j.internal.checkpoint.Floats;
import io.lota4j.internal.checkpoint.TensorInfo;
import io.lota4j.internal.checkpoint.TestModels;
import io.lota4j.internal.mask.RandomMask;
import io.lota4j.mask.Mask;
import io.lota4j.mask.Pool;
import io.lota4j.mask.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.roaringbitmap.RoaringBitmap;

/// What holds for every ticket.
class TicketLawsTest {
    private static final int SEEDS = 5;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({"F32, 1, false", "F32, 3, true", "BF16, 1, true", "BF16, 3, false", "F16, 1, false", "F16, 2, true"})
    void applyThenRevertRestoresEveryFile(DType dtype, int shards, boolean tied) throws IOException {
        for (long seed = 0; seed < SEEDS; seed++) {
            Path model = model(dtype, shards, tied, seed);
            Path tuned = directory.resolve("tuned" + seed);
            Path reverted = directory.resolve("reverted" + seed);
            Ticket ticket;
            try (Checkpoint base = Checkpoint.open(model)) {
                ticket = RandomTickets.wild(base, seed);
                Tickets.apply(base, ticket, tuned);
            }
            Path file = directory.resolve(Text.format("t%d.ticket.safetensors", seed));
            TicketFile.write(file, ticket);
            Tickets.revert(tuned, TicketFile.read(file), reverted);
            Trees.assertSame(reverted, model, "seed " + seed);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "BF16", "F16"})
    void applyChangesTheTicketsWeightsAndNothingElse(DType dtype) throws IOException {
        for (long seed = 0; seed < SEEDS; seed++) {
            Path model = model(dtype, 2, false, seed);
            Path out = directory.resolve("tuned" + seed);
            try (Checkpoint base = Checkpoint.open(model)) {
                Ticket ticket = RandomTickets.wild(base, seed);
                Tickets.apply(base, ticket, out);
                assertThat(Trees.model(out)).isEqualTo(Trees.model(model));
                try (Checkpoint tuned = Checkpoint.open(out)) {
                    assertThat(tuned.tensors()).isEqualTo(base.tensors());
                    for (TensorInfo info : base.tensors().values()) {
                        assertTuned(info, base, tuned, ticket.tensors().get(info.name()), seed);
                    }
                }
            }
        }
    }

    /// What is rewound is the base's there and the tuned elsewhere, and it reverts as the whole
    /// does.
    @ParameterizedTest
    @EnumSource(names = {"F32", "BF16", "F16"})
    void whatIsRewoundIsTheBasesAndReverts(DType dtype) throws IOException {
        for (long seed = 0; seed < SEEDS; seed++) {
            Path model = model(dtype, 1, false, seed);
            Path tuned = directory.resolve("tuned" + seed);
            Path rewound = directory.resolve("rewound" + seed);
            Ticket left;
            Mask region;
            try (Checkpoint base = Checkpoint.open(model)) {
                Ticket ticket = RandomTickets.wild(base, seed);
                region = RandomMask.of(base, Pool.parse("all", null), 0.5, Scope.TENSOR, seed);
                left = Tickets.without(ticket, region);
                Tickets.apply(base, ticket, tuned);
                Tickets.apply(base, left, rewound);
                try (Checkpoint whole = Checkpoint.open(tuned);
                        Checkpoint part = Checkpoint.open(rewound)) {
                    region.tensors().forEach((name, tensor) -> {
                        for (int i = 0; i < tensor.shape().numel(); i++) {
                            Checkpoint expected = tensor.trainable().contains(i) ? base : whole;
                            assertThat(Floats.get(dtype, part.bytes(name), i))
                                    .isEqualTo(Floats.get(dtype, expected.bytes(name), i));
                        }
                    });
                }
            }
            Path reverted = directory.resolve("reverted" + seed);
            Tickets.revert(rewound, left, reverted);
            Trees.assertSame(reverted, model, "seed " + seed);
        }
    }

    private static void assertTuned(
            TensorInfo info, Checkpoint base, Checkpoint tuned, @Nullable TicketTensor ticket, long seed) {
        Map<Integer, Float> deltas = new HashMap<>();
        if (ticket != null) {
            ticket.forEach((position, index) -> deltas.put(index, ticket.values()[position]));
        }
        for (int i = 0; i < info.shape().numel(); i++) {
            float weight = Floats.get(info.dtype(), base.bytes(info.name()), i);
            Float delta = deltas.get(i);
            assertThat(Floats.get(info.dtype(), tuned.bytes(info.name()), i))
                    .as("seed %d, %s element %d", seed, info.name(), i)
                    .isEqualTo(delta == null ? weight : round(info.dtype(), weight + delta));
        }
    }

    private static float round(DType dtype, float value) {
        return switch (dtype) {
            case BF16 -> Floats.bf16ToFloat(Floats.floatToBf16(value));
            case F16 -> Float.float16ToFloat(Float.floatToFloat16(value));
            default -> value;
        };
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "BF16", "F16"})
    void anExtractedTicketComesBack(DType dtype) throws IOException {
        for (long seed = 0; seed < SEEDS; seed++) {
            try (Checkpoint base = Checkpoint.open(model(dtype, 1, true, seed))) {
                Ticket first = extractApplied(base, RandomTickets.wild(base, seed), "first" + seed);
                Ticket second = extractApplied(base, first, "second" + seed);
                assertThat(second.tensors()).as("seed %d", seed).isEqualTo(first.tensors());
            }
        }
    }

    @Test
    void aTicketThatSurvivesRoundingComesBack() throws IOException {
        for (long seed = 0; seed < SEEDS; seed++) {
            try (Checkpoint base = Checkpoint.open(model(DType.F32, 1, true, seed))) {
                Ticket ticket = surviving(base, RandomTickets.wild(base, seed));
                assertThat(extractApplied(base, ticket, "tuned" + seed).tensors())
                        .as("seed %d", seed)
                        .isEqualTo(ticket.tensors());
            }
        }
    }

    /// The ticket's entries for which delta = (base + delta) - base and not zero.
    private static Ticket surviving(Checkpoint base, Ticket ticket) {
        Map<String, TicketTensor> tensors = new HashMap<>();
        ticket.tensors().forEach((name, tensor) -> {
            RoaringBitmap index = new RoaringBitmap();
            float[] values = new float[tensor.nnz()];
            tensor.forEach((position, at) -> {
                float weight = Floats.get(DType.F32, base.bytes(name), at);
                float delta = tensor.values()[position];
                if (delta != 0 && (weight + delta) - weight == delta) {
                    values[index.getCardinality()] = delta;
                    index.add(at);
                }
            });
            float[] kept = Arrays.copyOf(values, index.getCardinality());
            tensors.put(name, new TicketTensor(tensor.shape(), DType.F32, index, kept, DType.F32));
        });
        return Tickets.withBaseBits(base, new Ticket(ticket.info(), tensors));
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "BF16", "F16"})
    void anExtractedTicketGivesTheTunedWeights(DType dtype) throws IOException {
        for (long seed = 0; seed < SEEDS; seed++) {
            try (Checkpoint base = Checkpoint.open(model(dtype, 1, true, seed))) {
                Ticket extracted = extractApplied(base, RandomTickets.gentle(base, seed), "first" + seed);
                extractApplied(base, extracted, "second" + seed);
                assertThat(fingerprint("second" + seed)).as("seed %d", seed).isEqualTo(fingerprint("first" + seed));
            }
        }
    }

    @Test
    void differencesOfAnyTwoFloatsAreFixedPoints() {
        for (long seed = 0; seed < 3; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            for (int i = 0; i < 1_000_000; i++) {
                float base = Float.intBitsToFloat(random.nextInt());
                float tuned = i % 2 == 0
                        ? Float.intBitsToFloat(random.nextInt())
                        : Float.intBitsToFloat(Float.floatToRawIntBits(-base) + random.nextInt(9) - 4);
                float delta = tuned - base;
                if (Float.isFinite(delta) && (base + delta) - base != delta) {
                    throw new AssertionError(Text.format("seed %d: base %s, tuned %s", seed, base, tuned));
                }
            }
        }
    }

    @Test
    void aSumOfDisjointTicketsIsExact() throws IOException {
        for (long seed = 0; seed < SEEDS; seed++) {
            try (Checkpoint base = Checkpoint.open(model(DType.BF16, 1, false, seed))) {
                Ticket whole = RandomTickets.wild(base, seed);
                Ticket even = part(base, whole, 0);
                Ticket odd = part(base, whole, 1);
                Ticket sum = Tickets.add(List.of(even, odd), new double[] {1, 1});
                assertThat(sum.tensors()).as("seed %d", seed).isEqualTo(whole.tensors());
                assertThat(Tickets.add(List.of(odd, even), new double[] {1, 1}).tensors())
                        .as("seed %d", seed)
                        .isEqualTo(whole.tensors());
            }
        }
    }

    private static Ticket part(Checkpoint base, Ticket whole, int parity) {
        Map<String, TicketTensor> tensors = new HashMap<>();
        whole.tensors().forEach((name, tensor) -> {
            RoaringBitmap index = new RoaringBitmap();
            float[] values = new float[tensor.nnz()];
            tensor.forEach((position, at) -> {
                if (position % 2 == parity) {
                    values[index.getCardinality()] = tensor.values()[position];
                    index.add(at);
                }
            });
            float[] kept = Arrays.copyOf(values, index.getCardinality());
            tensors.put(name, new TicketTensor(tensor.shape(), DType.F32, index, kept, tensor.baseType()));
        });
        return Tickets.withBaseBits(base, new Ticket(whole.info(), tensors));
    }

    private Ticket extractApplied(Checkpoint base, Ticket ticket, String name) {
        Path out = directory.resolve(name);
        Tickets.apply(base, ticket, out);
        try (Checkpoint tuned = Checkpoint.open(out)) {
            return Tickets.extract(base, tuned, OptionalDouble.empty(), Pool.standard());
        }
    }

    private Fingerprint fingerprint(String name) {
        try (Checkpoint checkpoint = Checkpoint.open(directory.resolve(name))) {
            return checkpoint.fingerprint();
        }
    }

    private Path model(DType dtype, int shards, boolean tied, long seed) throws IOException {
        return TestModels.model(directory.resolve("base" + seed), TestModels.weights(dtype, tied, seed), shards);
    }
}
