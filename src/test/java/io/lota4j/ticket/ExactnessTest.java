package io.lota4j.ticket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.Floats;
import io.lota4j.internal.checkpoint.TensorSource;
import io.lota4j.internal.checkpoint.TestModels;
import io.lota4j.internal.ticket.ExactValues;
import io.lota4j.mask.Pool;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.roaringbitmap.RoaringBitmap;

/// Extract, then apply: the tuned model, bit for bit, whatever the bits.
class ExactnessTest {
    private static final String NAME = "mlp.weight";

    /// Zeros, subnormals, the smallest and largest numbers, infinities, quiet and signalling NaNs with payloads.
    private static final int[] SPECIAL = {
        0,
        0x80000000,
        1,
        0x80000001,
        0x007FFFFF,
        0x00800000,
        0x7F7FFFFF,
        0xFF7FFFFF,
        0x7F800000,
        0xFF800000,
        0x7FC00000,
        0x7F800001,
        0x7FA12345,
        0xFFFFFFFF,
        0x3F800000,
        0x461C4000,
        0x38D1B717
    };

    private static final short[] SPECIAL_16 = {
        0,
        (short) 0x8000,
        1,
        (short) 0x8001,
        0x7F,
        0x80,
        0x3FF,
        0x400,
        0x7BFF,
        (short) 0xFBFF,
        0x7C00,
        (short) 0xFC00,
        0x7C01,
        0x7E00,
        0x7F7F,
        0x7F80,
        (short) 0xFF80,
        0x7F81,
        0x7FC0,
        (short) 0xFFFF,
        0x4380,
        0x3A83
    };

    @TempDir
    private Path directory;

    private static byte[] randomBits(DType type, int count, SplittableRandom random) {
        byte[] bytes = new byte[count * type.size()];
        random.nextBytes(bytes);
        MemorySegment elements = MemorySegment.ofArray(bytes);
        for (int i = 0; i < count; i++) {
            if (random.nextInt(8) == 0) {
                if (type.size() == Short.BYTES) {
                    short special = SPECIAL_16[random.nextInt(SPECIAL_16.length)];
                    elements.set(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * i, special);
                } else {
                    int special = SPECIAL[random.nextInt(SPECIAL.length)];
                    elements.set(ValueLayout.JAVA_INT_UNALIGNED, 4L * i, special);
                }
            } else if (random.nextInt(2) == 0) {
                Floats.set(type, elements, i, (float) (random.nextGaussian() * 0.02));
            }
        }
        return bytes;
    }

    private Path model(String name, DType type, byte[] bytes) throws IOException {
        TensorSource weights = TensorSource.ofBytes(NAME, type, Shape.of(1, bytes.length / type.size()), bytes);
        return TestModels.model(directory.resolve(name), List.of(weights), 1);
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "BF16", "F16"})
    void anyBitsComeBack(DType type) throws IOException {
        for (long seed = 0; seed < 20; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            int count = 2000 + (int) seed;
            byte[] before = randomBits(type, count, random);
            byte[] after = randomBits(type, count, random);
            for (int i = 0; i < count; i += 3) {
                System.arraycopy(before, i * type.size(), after, i * type.size(), type.size());
            }
            check(type, before, type, after, "seed " + seed);
        }
    }

    /// Every pair of special numbers.
    @ParameterizedTest
    @EnumSource(names = {"F32", "BF16", "F16"})
    void anyPairOfSpecialNumbersComesBack(DType type) throws IOException {
        int specials = type.size() == Short.BYTES ? SPECIAL_16.length : SPECIAL.length;
        MemorySegment before = MemorySegment.ofArray(new byte[specials * specials * type.size()]);
        MemorySegment after = MemorySegment.ofArray(new byte[specials * specials * type.size()]);
        for (int i = 0; i < specials * specials; i++) {
            special(type, before, i, i / specials);
            special(type, after, i, i % specials);
        }
        check(type, before.toArray(ValueLayout.JAVA_BYTE), type, after.toArray(ValueLayout.JAVA_BYTE), "pairs");
    }

    private static void special(DType type, MemorySegment elements, long index, int number) {
        if (type.size() == Short.BYTES) {
            elements.set(ValueLayout.JAVA_SHORT_UNALIGNED, index * 2, SPECIAL_16[number]);
        } else {
            elements.set(ValueLayout.JAVA_INT_UNALIGNED, index * 4, SPECIAL[number]);
        }
    }

    /// In the tuned model's type the result is the tuned model.
    @ParameterizedTest
    @CsvSource({"BF16, F32", "F16, F32", "F32, BF16", "F32, F16", "BF16, F16", "F16, BF16"})
    void anyBitsOfAnotherTypeComeBack(DType baseType, DType tunedType) throws IOException {
        for (long seed = 0; seed < 10; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            byte[] before = randomBits(baseType, 2000, random);
            byte[] after = randomBits(tunedType, 2000, random);
            check(baseType, before, tunedType, after, "seed " + seed);
        }
    }

    private void check(DType baseType, byte[] before, DType tunedType, byte[] after, String what) throws IOException {
        Path file = directory.resolve("t.ticket.safetensors");
        Path applied = directory.resolve("applied " + what);
        Path reverted = directory.resolve("reverted " + what);
        try (Checkpoint base = Checkpoint.open(model("base", baseType, before));
                Checkpoint tuned = Checkpoint.open(model("tuned", tunedType, after))) {
            TicketFile.write(file, Tickets.extract(base, tuned, OptionalDouble.empty(), Pool.all()));
            Ticket ticket = TicketFile.read(file);
            int same = 0;
            for (int i = 0; i < before.length / baseType.size(); i++) {
                float one = Floats.get(baseType, MemorySegment.ofArray(before), i);
                float other = Floats.get(tunedType, MemorySegment.ofArray(after), i);
                same += Float.floatToRawIntBits(one) == Float.floatToRawIntBits(other) ? 1 : 0;
            }
            assertThat(ticket.nnz()).as(what).isEqualTo(before.length / baseType.size() - same);
            Tickets.apply(base, ticket, Optional.of(tunedType), applied);
            assertThat(bytes(applied)).as(what).isEqualTo(after);
            if (baseType == tunedType || tunedType == DType.F32) {
                Tickets.revert(applied, ticket, reverted);
                assertThat(bytes(reverted)).as(what).isEqualTo(before);
            }
        }
    }

    private static byte[] bytes(Path model) {
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            return checkpoint.bytes(NAME).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    private Ticket extract(DType baseType, float[] before, DType tunedType, float[] after) throws IOException {
        try (Checkpoint base = Checkpoint.open(model("base", baseType, elements(baseType, before)));
                Checkpoint tuned = Checkpoint.open(model("tuned", tunedType, elements(tunedType, after)))) {
            return Tickets.extract(base, tuned, OptionalDouble.empty(), Pool.all());
        }
    }

    private static byte[] elements(DType type, float... values) {
        byte[] bytes = new byte[values.length * type.size()];
        for (int i = 0; i < values.length; i++) {
            Floats.set(type, MemorySegment.ofArray(bytes), i, values[i]);
        }
        return bytes;
    }

    @Test
    void onlyWhatNoDeltaGivesIsKept() throws IOException {
        Ticket ticket = extract(DType.F32, new float[] {1, 2, 10_000, 0}, DType.F32, new float[] {1.5f, 3, 1e-4f, -0f});
        assertThat(ticket.exact()).isEqualTo(2);
        assertThat(ticket.tensor(NAME).values()).containsExactly(0.5f, 1, 1e-4f - 10_000, -0f);
        assertThat(extract(DType.BF16, new float[] {256}, DType.BF16, new float[] {0.00099945f})
                        .exact())
                .isEqualTo(1);
        assertThat(extract(DType.F32, new float[] {1, 2}, DType.F32, new float[] {1.5f, 3})
                        .exact())
                .isZero();
    }

    /// As a program saves what it loaded as BF16 and holds as F32.
    @ParameterizedTest
    @ValueSource(strings = {"F32", "F64"})
    void aWiderCopyIsNoDifference(DType wide) throws IOException {
        float[] values = {1, -0.375f, Float.POSITIVE_INFINITY, -0f};
        assertThat(extract(DType.BF16, values, wide, values).nnz()).isZero();
    }

    @Test
    void refusesF64NumbersThatF32DoesNotHold() throws IOException {
        byte[] tuned = new byte[8];
        MemorySegment.ofArray(tuned).set(ValueLayout.JAVA_DOUBLE_UNALIGNED, 0, 0.1);
        try (Checkpoint base = Checkpoint.open(model("base", DType.F32, new byte[4]));
                Checkpoint wide = Checkpoint.open(model("tuned", DType.F64, tuned))) {
            assertThatThrownBy(() -> Tickets.extract(base, wide, OptionalDouble.empty(), Pool.all()))
                    .isInstanceOf(LotaException.class)
                    .hasMessageContaining("'mlp.weight'")
                    .hasMessageContaining("0.1 at index 0, an F64 number that a ticket's F32 cannot hold");
        }
    }

    /// What one ticket alone changes stays exact in a sum; a NaN cannot be added to anything.
    @Test
    void aSumKeepsExactValuesOfOneTicket() throws IOException {
        float[] before = {10_000, 10_000, 3};
        Ticket first = extract(DType.F32, before, DType.F32, new float[] {1e-4f, 1e-4f, 3});
        Ticket second = extract(DType.F32, before, DType.F32, new float[] {10_000, 5, 4});
        Ticket sum = Tickets.add(List.of(first, second), new double[] {1, 1});
        assertThat(sum.tensor(NAME).exact())
                .isEqualTo(new ExactValues(DType.F32, RoaringBitmap.bitmapOf(0), elements(DType.F32, 1e-4f)));
        assertThat(Tickets.inexact(List.of(first, second), sum)).isEqualTo(Map.of(NAME, 1L));
        Ticket scaled = Tickets.add(List.of(first, second), new double[] {0.5, 1});
        assertThat(scaled.exact()).isZero();
        assertThat(Tickets.inexact(List.of(first, second), scaled)).isEqualTo(Map.of(NAME, 2L));
        assertThat(Tickets.inexact(List.of(first), Tickets.add(List.of(first), new double[] {1})))
                .isEmpty();
        Ticket broken = extract(DType.F32, before, DType.F32, new float[] {Float.NaN, 10_000, 3});
        assertThatThrownBy(() -> Tickets.add(List.of(broken, first), new double[] {1, 1}))
                .isInstanceOf(LotaException.class)
                .hasMessage("Tensor 'mlp.weight': the ticket makes the weight at index 0 NaN, to which no finite delta"
                        + " leads, so it cannot be scaled, or added to or merged with others.");
        assertThat(Tickets.add(List.of(broken, second), new double[] {1, 1}).exact())
                .isEqualTo(1);
    }
}
