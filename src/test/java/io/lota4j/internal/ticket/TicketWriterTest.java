package io.lota4j.internal.ticket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.SafetensorsFile;
import io.lota4j.internal.checkpoint.TensorInfo;
import io.lota4j.ticket.TicketFile;
import io.lota4j.ticket.TicketInfo;
import io.lota4j.ticket.TicketTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.roaringbitmap.RoaringBitmap;

/// Tickets are written while they are made.
class TicketWriterTest {
    private static final TicketInfo INFO =
            new TicketInfo("ab".repeat(32), "mlp", "merged", OptionalDouble.empty(), Map.of("source", "test"));

    @TempDir
    private Path directory;

    private Path file() {
        return directory.resolve("t.ticket.safetensors");
    }

    /// Of all base types and lengths, some without changes, some without base bits.
    private static SequencedMap<String, TicketTensor> tensors() {
        Random random = new Random(1);
        SequencedMap<String, TicketTensor> tensors = new TreeMap<>();
        DType[] types = {DType.F32, DType.BF16, DType.F16};
        for (int i = 0; i < 40; i++) {
            RoaringBitmap index = new RoaringBitmap();
            random.ints(i % 5 == 0 ? 0 : 200, 0, 100_000).forEach(index::add);
            float[] values = new float[index.getCardinality()];
            for (int v = 0; v < values.length; v++) {
                values[v] = random.nextFloat();
            }
            DType type = types[i % types.length];
            byte[] bits = new byte[values.length * type.size()];
            random.nextBytes(bits);
            TicketTensor bare = new TicketTensor(Shape.of(100_000), DType.F32, index, values, type);
            TicketTensor tensor = new TicketTensor(Shape.of(100_000), DType.F32, index, values, type, bits);
            tensors.put(Text.format("t%02d", i), i % 7 == 0 ? bare : tensor);
        }
        return tensors;
    }

    private void write(Map<String, TicketTensor> tensors, Consumer<TicketWriter> maker) {
        SequencedMap<String, TensorLayout> layouts = new TreeMap<>();
        tensors.forEach((name, tensor) -> layouts.put(name, tensor.layout()));
        TicketWriter.write(file(), INFO, layouts, maker);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3})
    void whoeverPutsThemWhenTheFileIsTheSame(long seed) throws IOException {
        SequencedMap<String, TicketTensor> tensors = tensors();
        write(tensors, writer -> tensors.forEach(writer::put));
        byte[] inOrder = Files.readAllBytes(file());
        assertThat(TicketFile.read(file()).tensors()).isEqualTo(tensors);
        assertThat(TicketFile.read(file()).info()).isEqualTo(INFO);

        List<Map.Entry<String, TicketTensor>> shuffled = new ArrayList<>(tensors.entrySet());
        Collections.shuffle(shuffled, new Random(seed));
        write(tensors, writer -> shuffled.parallelStream().forEach(e -> writer.put(e.getKey(), e.getValue())));
        assertThat(Files.readAllBytes(file())).isEqualTo(inOrder);
    }

    @Test
    void everyTensorIsAlignedToItsElements() {
        SequencedMap<String, TicketTensor> tensors = tensors();
        write(tensors, writer -> tensors.forEach(writer::put));
        try (SafetensorsFile written = SafetensorsFile.open(file())) {
            assertThat(written.tensors().values())
                    .allSatisfy(info ->
                            assertThat(info.offset() % info.dtype().size()).isZero());
            assertThat(written.tensors().values().stream().map(TensorInfo::name).limit(3))
                    .containsExactly("t00.delta", "t01.delta", "t02.delta");
        }
    }

    /// The header is longest where the counts are.
    @Test
    void aTicketThatChangesEverythingFits() {
        RoaringBitmap all = RoaringBitmap.bitmapOfRange(0, 100_000);
        Map<String, TicketTensor> tensors = new LinkedHashMap<>();
        for (String name : List.of("a", "b")) {
            tensors.put(
                    name,
                    new TicketTensor(
                            Shape.of(100_000), DType.F32, all, new float[100_000], DType.F32, new byte[400_000]));
        }
        write(tensors, writer -> tensors.forEach(writer::put));
        assertThat(TicketFile.read(file()).tensors()).isEqualTo(tensors);
    }

    @Test
    void tensorsAreAnnouncedAndPutOnce() {
        TicketTensor tensor = new TicketTensor(Shape.of(9), DType.F32, new RoaringBitmap(), new float[0], DType.F32);
        for (String name : List.of("w", "other")) {
            assertThatThrownBy(() -> write(Map.of("w", tensor), writer -> {
                        writer.put("w", tensor);
                        writer.put(name, tensor);
                    }))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("tensor %s was not announced, or put before", name);
        }
    }

    @Test
    void noTensors() {
        write(Map.of(), writer -> {});
        assertThat(TicketFile.read(file()).tensors()).isEmpty();
    }

    @Test
    void whatFailsLeavesWhatWasThere() throws IOException {
        Files.writeString(file(), "before");
        RoaringBitmap index = RoaringBitmap.bitmapOf(3, 8);
        Map<String, TicketTensor> tensors =
                Map.of("w", new TicketTensor(Shape.of(9), DType.F32, index, new float[] {1, Float.NaN}, DType.F32));
        assertThatThrownBy(() -> write(tensors, writer -> tensors.forEach(writer::put)))
                .isInstanceOf(LotaException.class)
                .hasMessage("Tensor 'w': the delta at index 8 is NaN; a ticket holds finite numbers only.");
        assertThatThrownBy(() -> write(tensors, writer -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("tensor w was not put");
        assertThat(Files.readString(file())).isEqualTo("before");
        try (var files = Files.list(directory)) {
            assertThat(files).containsExactly(file());
        }
    }
}
