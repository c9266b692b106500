package io.lota4j.ticket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.checkpoint.SafetensorsFile;
import io.lota4j.internal.checkpoint.SafetensorsWriter;
import io.lota4j.internal.checkpoint.TensorInfo;
import io.lota4j.internal.checkpoint.TensorSource;
import io.lota4j.internal.mask.IndexSets;
import io.lota4j.internal.ticket.ExactValues;
import io.lota4j.internal.ticket.MappedTicket;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.roaringbitmap.RoaringBitmap;

class TicketFileTest {
    private static final String BASE = "ab".repeat(32);

    @TempDir
    private Path directory;

    private Path file;
    private Map<String, String> metadata = new LinkedHashMap<>();
    private SequencedMap<String, TensorSource> tensors = new LinkedHashMap<>();

    @BeforeEach
    void writeTicket() {
        file = directory.resolve("t.ticket.safetensors");
        TicketFile.write(file, ticket());
        readParts();
        // As older programs wrote it, so that what is changed below is not refused for its checksum.
        metadata.remove("checksum");
        metadata.computeIfPresent("tensors", (key, text) -> text.replaceAll(",\"crc32c\":\"[0-9a-f]{8}\"", ""));
    }

    private void readParts() {
        tensors.clear();
        try (SafetensorsFile written = SafetensorsFile.open(file)) {
            metadata = new LinkedHashMap<>(written.metadata());
            for (TensorInfo info : written.tensors().values()) {
                byte[] bytes = written.bytes(info.name()).toArray(ValueLayout.JAVA_BYTE);
                put(info.name(), info.dtype(), info.shape(), bytes);
            }
        }
    }

    private static Ticket ticket() {
        return ticket(null);
    }

    private static Ticket ticket(@Nullable ExactValues exact) {
        TicketInfo info = new TicketInfo(
                BASE, "mlp", "global", OptionalDouble.of(0.5), Map.of("source", "train", "text", "\u2028\"{}"));
        return new Ticket(
                info,
                Map.of(
                        "a",
                        new TicketTensor(
                                Shape.of(2, 2),
                                DType.F32,
                                RoaringBitmap.bitmapOf(0, 3),
                                new float[] {1.5f, -2},
                                DType.BF16,
                                new byte[] {1, 2, 3, 4},
                                exact),
                        "b",
                        new TicketTensor(Shape.of(4), DType.BF16, new RoaringBitmap(), new float[0], DType.F32)));
    }

    @Test
    void readsWhatWasWritten() {
        Ticket read = TicketFile.read(file);
        assertThat(read.info()).isEqualTo(ticket().info());
        assertThat(read.tensors()).isEqualTo(ticket().tensors());
        assertThat(read.nnz()).isEqualTo(2);
        assertThat(read.poolSize()).isEqualTo(8);
    }

    @Test
    void isASafetensorsFileThatOthersCanRead() {
        assertThat(metadata)
                .containsEntry("format", "lota4j.ticket")
                .containsEntry("version", "1")
                .containsEntry("trainable", "2")
                .containsEntry("weights", "8")
                .containsEntry(
                        "tensors",
                        "{\"a\":{\"shape\":[2,2],\"dtype\":\"BF16\"},\"b\":{\"shape\":[4],\"dtype\":\"F32\"}}");
        assertThat(tensors.keySet()).containsExactlyInAnyOrder("a.index", "a.delta", "a.base", "b.index", "b.delta");
    }

    @Test
    void refusesOtherFormats() {
        metadata.put("version", "3");
        refuses(" is a ticket of version '3'; this program reads versions '1' and '2'.");
        metadata.put("format", "pt");
        refuses(" is not a ticket: its metadata 'format' must be 'lota4j.ticket', but is 'pt'.");
        metadata.clear();
        refuses(" is not a ticket: its metadata 'format' must be 'lota4j.ticket', but is missing.");
    }

    @Test
    void refusesBadMetadata() {
        with("base", "xyz", ": metadata 'base' must be 64 hexadecimal digits, but is 'xyz'.");
        with("sparsity", "90", ": metadata 'sparsity' must be a number from 0 to 1, but is '90'.");
        with("sparsity", "NaN", ": metadata 'sparsity' must be a number from 0 to 1, but is 'NaN'.");
        with("sparsity", "half", ": metadata 'sparsity' must be a number from 0 to 1, but is 'half'.");
        with("trainable", "x", ": metadata 'trainable' must be a whole number, but is 'x'.");
        with("trainable", "3", ": metadata 'trainable' is 3, but the index sets hold 2 indices.");
        with("provenance", "[]", ": metadata 'provenance' must be a JSON object, but is array.");
        with("provenance", "{\"a\": 3}", ": provenance 'a' must be a string, but is 3.");
        with(
                "tensors",
                "{\"a\": 3}",
                ": tensor 'a': metadata must be {\"shape\": [...], \"dtype\": \"...\"}, but is 3.");
        with(
                "tensors",
                "{\"a\": {\"shape\": [2, -1], \"dtype\": \"F32\"}}",
                ": tensor 'a': shape must be whole numbers from 0, but is [2,-1].");
        with(
                "tensors",
                "{\"a\": {\"shape\": [4294967296, 4294967296], \"dtype\": \"F32\"}}",
                ": tensor 'a': shape [4294967296, 4294967296] has too many elements to count.");
        with(
                "tensors",
                "{\"a\": {\"shape\": [4294967296], \"dtype\": \"F32\"}}",
                ": tensor 'a' has 4294967296 elements, over the limit of 2147483647 for a ticket.");
        with(
                "tensors",
                "{\"a\": {\"shape\": [4], \"dtype\": \"I8\"}}",
                ": tensor 'a': a ticket's base is F32, BF16 or F16, not I8.");
        with(
                "tensors",
                "{\"a\": {\"shape\": [4], \"dtype\": \"BF16\"}}",
                ": tensor 'b.delta' belongs to none of the ticket's tensors.");
        with(
                "tensors",
                "{\"a\": {\"shape\": [3], \"dtype\": \"BF16\"}, \"b\": {\"shape\": [4], \"dtype\": \"F32\"}}",
                ": tensor 'a.index': index 3 is past the end of a tensor of 3 elements.");
        metadata.remove("pool");
        refuses(": the ticket's metadata has no 'pool'.");
    }

    private void with(String key, String value, String message) {
        String before = metadata.put(key, value);
        refuses(message);
        metadata.put(key, Objects.requireNonNull(before));
    }

    @Test
    void refusesMissingTensors() {
        tensors.remove("a.delta");
        refuses(": no tensor 'a.delta'. Did you mean 'b.delta'?");
    }

    @Test
    void refusesTensorsOfOtherTypesAndShapes() {
        put("a.delta", DType.F16, Shape.of(2), new byte[4]);
        refuses(": tensor 'a.delta' must be F32 or BF16, but is F16.");
        put("a.delta", DType.F32, Shape.of(3), new byte[12]);
        refuses(": tensor 'a.delta' has shape [3], but the index set holds 2 indices.");
        put("a.delta", DType.F32, Shape.of(2), new byte[8]);
        put("a.base", DType.F32, Shape.of(2), new byte[8]);
        refuses(": tensor 'a.base' must be BF16, but is F32.");
        put("a.base", DType.BF16, Shape.of(2, 1), new byte[4]);
        refuses(": tensor 'a.base' has shape [2, 1], but the index set holds 2 indices.");
        put("a.index", DType.I8, Shape.of(2), new byte[2]);
        refuses(": tensor 'a.index' must be U8, but is I8.");
    }

    @Test
    void refusesValuesThatAreNotFinite() {
        put("a.delta", DType.F32, Shape.of(2), new byte[] {0, 0, 0, 0, 0, 0, -64, 127});
        refuses(": Tensor 'a': the delta at index 3 is NaN; a ticket holds finite numbers only.");
    }

    @Test
    void readsTicketsWithoutChecksums() {
        SafetensorsWriter.write(file, metadata, tensors.values().stream().toList());
        Ticket read = TicketFile.read(file);
        assertThat(read.info()).isEqualTo(ticket().info());
        assertThat(read.tensors()).isEqualTo(ticket().tensors());
    }

    private static ExactValues exact() {
        return new ExactValues(DType.F16, RoaringBitmap.bitmapOf(3), new byte[] {1, 0x7C});
    }

    @Test
    void exactValuesComeBackInAVersionThatOlderProgramsRefuse() {
        TicketFile.write(file, ticket(exact()));
        readParts();
        assertThat(metadata).containsEntry("version", "2");
        assertThat(tensors.keySet()).contains("a.exact.index", "a.exact.value");
        assertThat(TicketFile.read(file).tensors()).isEqualTo(ticket(exact()).tensors());
        try (MappedTicket mapped = MappedTicket.open(file)) {
            assertThat(mapped.exact("a")).hasValue(exact());
            assertThat(mapped.exact("b")).isEmpty();
        }
    }

    @Test
    void refusesExactValuesThatDoNotBelong() {
        byte[] index = IndexSets.toBytes(RoaringBitmap.bitmapOf(2));
        put("a.exact.index", DType.U8, Shape.of(index.length), index);
        refuses(": no tensor 'a.exact.value'.");
        put("a.exact.value", DType.I16, Shape.of(1), new byte[2]);
        refuses(": tensor 'a.exact.value' must be F32, BF16 or F16, but is I16.");
        put("a.exact.value", DType.F16, Shape.of(1), new byte[2]);
        refuses(": tensor 'a.exact.index' must hold some of the indices of 'a.index'.");
        index = IndexSets.toBytes(RoaringBitmap.bitmapOf(3));
        put("a.exact.index", DType.U8, Shape.of(index.length), index);
        put("a.exact.value", DType.F16, Shape.of(2), new byte[4]);
        refuses(": tensor 'a.exact.value' has shape [2], but the index set holds 1 indices.");
    }

    /// Each part of each tensor, each bit of it; files that are read and files that are mapped.
    @Test
    void aFlippedBitIsRefused() throws IOException {
        TicketFile.write(file, ticket(exact()));
        byte[] whole = Files.readAllBytes(file);
        int flipped = 0;
        SequencedMap<String, TensorInfo> infos;
        try (SafetensorsFile written = SafetensorsFile.open(file)) {
            infos = written.tensors();
        }
        for (TensorInfo info : infos.values()) {
            for (long bit = 0; bit < info.bytes() * Byte.SIZE; bit++) {
                byte[] damaged = whole.clone();
                damaged[Math.toIntExact(info.offset() + bit / Byte.SIZE)] ^= (byte) (1 << bit % Byte.SIZE);
                Files.write(file, damaged);
                String name = info.name().substring(0, 1);
                String message = file + ": tensor '" + name + "': its contents do not match their checksum: the file"
                        + " was damaged or changed after it was written. Take a good copy of it, or make it again.";
                assertThatThrownBy(() -> TicketFile.read(file)).hasMessage("%s", message);
                try (MappedTicket mapped = MappedTicket.open(file)) {
                    assertThatThrownBy(() -> mapped.bits(name)).hasMessage("%s", message);
                    assertThatThrownBy(() -> mapped.index(name)).hasMessage("%s", message);
                }
                flipped++;
            }
        }
        assertThat(flipped).isGreaterThan(400);
    }

    @Test
    void changedMetadataAreRefused() {
        TicketFile.write(file, ticket());
        readParts();
        metadata.put("pool", "attn");
        refuses(": the ticket's metadata do not match their checksum: the file was damaged or changed after it was"
                + " written. Take a good copy of it, or make it again.");
    }

    @Test
    void anyDamageIsRefusedOrHarmless() throws IOException {
        TicketFile.write(file, ticket(exact()));
        byte[] whole = Files.readAllBytes(file);
        Ticket undamaged = TicketFile.read(file);
        for (long seed = 0; seed < 500; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            byte[] damaged = whole.clone();
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            Files.write(file, damaged);
            try {
                Ticket read = TicketFile.read(file);
                assertThat(read.info()).as("seed %d", seed).isEqualTo(undamaged.info());
                assertThat(read.tensors()).as("seed %d", seed).isEqualTo(undamaged.tensors());
            } catch (LotaException e) {
                assertThat(e.getMessage()).as("seed %d", seed).startsWith(file.toString());
            }
        }
    }

    private void put(String name, DType dtype, Shape shape, byte[] bytes) {
        tensors.put(name, TensorSource.ofBytes(name, dtype, shape, bytes));
    }

    private void refuses(String message) {
        SafetensorsWriter.write(file, metadata, tensors.values().stream().toList());
        assertThatThrownBy(() -> TicketFile.read(file))
                .isInstanceOf(LotaException.class)
                .hasMessage("%s", file + message);
    }
}
