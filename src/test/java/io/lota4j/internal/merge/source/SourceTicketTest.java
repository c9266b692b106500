package io.lota4j.internal.merge.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.checkpoint.TestModels;
import io.lota4j.internal.merge.ModelOutline;
import io.lota4j.internal.merge.ModelTensor;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import io.lota4j.ticket.TicketInfo;
import io.lota4j.ticket.TicketTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.roaringbitmap.RoaringBitmap;

class SourceTicketTest {
    private static final String FINGERPRINT = "ab".repeat(32);
    private static final String DOWN = "model.layers.0.mlp.down_proj.weight";
    private static final String Q = "model.layers.1.self_attn.q_proj.weight";
    private static final Shape SHAPE = Shape.of(8, 13);

    @TempDir
    private Path directory;

    private Path ticket(DType valueType, Map<String, TicketTensor> more) {
        RoaringBitmap index = RoaringBitmap.bitmapOf(3, 90);
        var down = new TicketTensor(SHAPE, valueType, index, new float[] {1.5f, -2}, DType.BF16);
        var none = new TicketTensor(Shape.of(8, 8), valueType, new RoaringBitmap(), new float[0], DType.BF16);
        Map<String, TicketTensor> tensors = new HashMap<>(Map.of(DOWN, down, Q, none));
        tensors.putAll(more);
        TicketInfo info = new TicketInfo(FINGERPRINT, "mlp", "global", OptionalDouble.empty(), Map.of());
        Path file = directory.resolve("t.ticket.safetensors");
        TicketFile.write(file, new Ticket(info, tensors));
        return file;
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "BF16"})
    void deltasAreReadFromTheFile(DType valueType) {
        try (MergeSource source = open(ticket(valueType, Map.of()).toString(), Optional.empty())) {
            assertThat(source.isWhole()).isFalse();
            assertThat(source.baseFingerprint()).contains(FINGERPRINT);
            assertThat(source.tensors())
                    .containsOnlyKeys(DOWN, Q)
                    .containsEntry(DOWN, new ModelOutline.Tensor(SHAPE, DType.BF16));
            var delta = (ModelTensor.Delta) source.tensor(DOWN, SHAPE, Optional.empty());
            assertThat(delta.support()).hasValueSatisfying(bits -> {
                long[] marks = new long[2];
                bits.read(0, 104, marks);
                assertThat(marks).containsExactly(1L << 3, 1L << 26);
            });
            float[] expected = new float[104];
            expected[3] = 1.5f;
            expected[90] = -2;
            assertThat(Adapters.all(delta)).isEqualTo(expected);
            assertThat(Adapters.all(source.tensor(Q, Shape.of(8, 8), Optional.empty())))
                    .containsOnly(0);
            assertThat(Adapters.all(source.tensor("untouched", SHAPE, Optional.empty())))
                    .containsOnly(0);
        }
    }

    @Test
    void ticketsOnACheckpoint() throws IOException {
        Path model = TestModels.model(directory.resolve("model"), TestModels.weights(DType.BF16, false, 1), 1);
        try (MergeSource plain = open(model.toString(), Optional.empty());
                MergeSource source = open(model + "+" + ticket(DType.F32, Map.of()), Optional.empty())) {
            assertThat(source.isWhole()).isTrue();
            assertThat(source.baseFingerprint()).contains(FINGERPRINT);
            float[] expected = Adapters.all(plain.tensor(DOWN, SHAPE, Optional.empty()));
            expected[3] += 1.5f;
            expected[90] -= 2;
            assertThat(Adapters.all(source.tensor(DOWN, SHAPE, Optional.empty())))
                    .isEqualTo(expected);
        }
    }

    @Test
    void whatDoesNotFitTheBaseIsSaid() {
        var extra = new TicketTensor(SHAPE, DType.F32, new RoaringBitmap(), new float[0], DType.F32);
        Path file = ticket(DType.F32, Map.of("other", extra));
        ModelOutline base = Adapters.base(Map.of(DOWN, SHAPE, Q, Shape.of(4, 8)));
        try (MergeSource source = open(file.toString(), Optional.of(base))) {
            assertThat(source.tensors()).containsOnlyKeys(DOWN);
            assertThat(source.unmatched())
                    .containsExactly(
                            file + ": tensor '" + Q + "' has shape [8, 8], but the base's has [4, 8].",
                            file + ": changes tensor 'other', which the base the-base does not have.");
            assertThatThrownBy(() -> source.tensor(Q, Shape.of(4, 8), Optional.empty()))
                    .isInstanceOf(LotaException.class)
                    .hasMessage("%s: tensor '%s' has shape [8, 8], but the base's has [4, 8].", file, Q);
        }
    }

    @Test
    void damagedValuesAreRefusedOnReading() throws IOException {
        Path file = ticket(DType.F32, Map.of());
        byte[] bytes = Files.readAllBytes(file);
        for (int i = bytes.length - 4; i >= 0; i--) {
            if (bytes[i] == 0 && bytes[i + 1] == 0 && bytes[i + 2] == 0 && bytes[i + 3] == (byte) 0xC0) {
                bytes[i + 2] = (byte) 0x80;
                bytes[i + 3] = (byte) 0xFF;
            }
        }
        Files.write(file, bytes);
        try (MergeSource source = open(file.toString(), Optional.empty())) {
            assertThatThrownBy(() -> source.tensor(DOWN, SHAPE, Optional.empty()))
                    .isInstanceOf(LotaException.class)
                    .hasMessageStartingWith(
                            "%s: tensor '%s': its contents do not match their checksum: the file was damaged",
                            file, DOWN);
        }
    }

    private static MergeSource open(String reference, Optional<ModelOutline> base) {
        return MergeSource.open(References.parse(reference), base);
    }
}
