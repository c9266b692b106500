package io.lota4j.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsFileTest {
    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void nameFile() {
        file = directory.resolve("m.safetensors");
    }

    @Test
    void readsWhatWasWritten() {
        SafetensorsWriter.write(
                file,
                Map.of("format", "pt"),
                List.of(
                        TensorSource.ofBytes("odd", DType.U8, Shape.of(3), new byte[] {1, 2, 3}),
                        TensorSource.ofFloats("matrix", Shape.of(2, 2), new float[] {1, 2, 3, 4}),
                        TensorSource.ofFloats("empty", Shape.of(0, 5), new float[0]),
                        TensorSource.ofFloats("scalar", Shape.of(), new float[] {7})));
        try (SafetensorsFile read = SafetensorsFile.open(file)) {
            assertThat(read.metadata()).isEqualTo(Map.of("format", "pt"));
            assertThat(read.tensors().keySet()).containsExactly("matrix", "empty", "scalar", "odd");
            assertThat(read.bytes("odd").toArray(ValueLayout.JAVA_BYTE)).containsExactly(1, 2, 3);
            assertThat(Floats.get(DType.F32, read.bytes("matrix"), 3)).isEqualTo(4);
            assertThat(read.info("matrix").offset() % Long.BYTES).isZero();
            assertThat(read.bytes("empty").byteSize()).isZero();
            assertThat(read.info("scalar").shape().numel()).isEqualTo(1);
            assertThat(read.bytes("odd").isReadOnly()).isTrue();
        }
    }

    @Test
    void keepsMetadataOrder() {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("z", "1");
        metadata.put("a", "\u2028 and \"quotes\"");
        SafetensorsWriter.write(file, metadata, List.of());
        try (SafetensorsFile read = SafetensorsFile.open(file)) {
            assertThat(read.metadata()).containsExactlyEntriesOf(metadata);
            assertThat(read.tensors()).isEmpty();
        }
    }

    @Test
    void suggestsTensorNames() {
        SafetensorsWriter.write(file, Map.of(), List.of(TensorSource.ofFloats("weight", Shape.of(), new float[1])));
        try (SafetensorsFile read = SafetensorsFile.open(file)) {
            assertThatThrownBy(() -> read.bytes("wieght"))
                    .isInstanceOf(LotaException.class)
                    .hasMessage("%s: no tensor 'wieght'. Did you mean 'weight'?", file);
        }
    }

    @Test
    void writerRefusesOneNameTwice() {
        TensorSource tensor = TensorSource.ofFloats("w", Shape.of(), new float[1]);
        assertThatThrownBy(() -> SafetensorsWriter.write(file, Map.of(), List.of(tensor, tensor)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("tensor name is taken: w");
        assertThat(file).doesNotExist();
    }

    @Test
    void refusesMissingFile() {
        refuses(": no such file.");
    }

    @Test
    void refusesTooShortFile() throws IOException {
        Files.write(file, new byte[5]);
        refuses(": 5 bytes are too few for a safetensors file, even for its header's length.");
    }

    @Test
    void refusesHugeHeader() throws IOException {
        writeLength(100_000_001L);
        refuses(": a header of 100000001 bytes is over the limit of 100000000; is it a safetensors file?");
        writeLength(-1);
        refuses(": a header of 18446744073709551615 bytes is over the limit of 100000000; is it a safetensors file?");
    }

    @Test
    void refusesTruncatedHeader() throws IOException {
        writeLength(50);
        refuses(": the header takes 50 bytes, but only 8 follow; is the file truncated?");
    }

    @Test
    void refusesTruncatedData() throws IOException {
        TestModels.raw(file, tensor("a", "F32", "[2]", "[0,8]"), 8);
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length - 1));
        refuses(Text.format(
                ": tensor 'a' ends at byte %d, but the file ends at byte %d; is it truncated?",
                whole.length, whole.length - 1));
    }

    @Test
    void refusesOffsetPastTheEnd() throws IOException {
        String header = tensor("a", "F32", "[2]", "[1000,1008]");
        TestModels.raw(file, header, 8);
        refuses(Text.format(
                ": tensor 'a' ends at byte %d, but the file ends at byte %d; is it truncated?",
                8 + header.length() + 1008, 8 + header.length() + 8));
    }

    @Test
    void refusesOverlap() throws IOException {
        String header = tensors("\"a\":" + body("F32", "[2]", "[0,8]"), "\"b\":" + body("F32", "[2]", "[4,12]"));
        TestModels.raw(file, header, 12);
        int data = 8 + header.length();
        refuses(Text.format(
                ": tensor 'b' begins at byte %d, inside the tensor before it, which ends at byte %d.",
                data + 4, data + 8));
    }

    @Test
    void refusesHole() throws IOException {
        String header = tensors("\"a\":" + body("F32", "[1]", "[0,4]"), "\"b\":" + body("F32", "[1]", "[8,12]"));
        TestModels.raw(file, header, 12);
        int data = 8 + header.length();
        refuses(Text.format(
                ": tensor 'b' begins at byte %d, but bytes from %d on belong to no tensor.", data + 8, data + 4));
    }

    @Test
    void refusesBytesAfterTheLastTensor() throws IOException {
        String header = tensor("a", "F32", "[1]", "[0,4]");
        TestModels.raw(file, header, 5);
        refuses(Text.format(
                ": the last tensor ends at byte %d, but the file has %d bytes.",
                8 + header.length() + 4, 8 + header.length() + 5));
    }

    @Test
    void refusesDuplicateKey() throws IOException {
        TestModels.raw(
                file, tensors("\"a\":" + body("F32", "[1]", "[0,4]"), "\"a\":" + body("F32", "[1]", "[4,8]")), 8);
        refuses(": the header is not valid JSON: the key \"a\" stands twice (line 1, column 58).");
    }

    @Test
    void refusesUnknownDType() throws IOException {
        TestModels.raw(file, tensor("a", "F8_E9M9", "[4]", "[0,4]"), 4);
        refuses(": tensor 'a': unknown dtype 'F8_E9M9'; known are [F64, F32, F16, BF16, I64, I32, I16, I8, U64, U32,"
                + " U16, U8, BOOL, C64, F8_E4M3, F8_E5M2, F8_E8M0, F8_E4M3FNUZ, F8_E5M2FNUZ, F6_E2M3, F6_E3M2, F4].");
    }

    /// By the format's own list, in bits.
    @ParameterizedTest
    @CsvSource({
        "BOOL, 8",
        "F4, 4",
        "F6_E2M3, 6",
        "F6_E3M2, 6",
        "U8, 8",
        "I8, 8",
        "F8_E5M2, 8",
        "F8_E4M3, 8",
        "F8_E8M0, 8",
        "F8_E4M3FNUZ, 8",
        "F8_E5M2FNUZ, 8",
        "I16, 16",
        "U16, 16",
        "F16, 16",
        "BF16, 16",
        "I32, 32",
        "U32, 32",
        "F32, 32",
        "C64, 64",
        "F64, 64",
        "I64, 64",
        "U64, 64"
    })
    void everyTypeOfTheFormatOpensAndIsWrittenAgain(String dtype, int bits) throws IOException {
        TestModels.raw(file, tensor("a", dtype, "[2,4]", "[0," + bits + "]"), bits);
        try (SafetensorsFile read = SafetensorsFile.open(file)) {
            assertThat(read.bytes("a").byteSize()).isEqualTo(bits);
            Path again = file.resolveSibling("again.safetensors");
            SafetensorsWriter.write(
                    again,
                    Map.of(),
                    List.of(TensorSource.ofSegment("a", DType.of(dtype, "a"), Shape.of(2, 4), read.bytes("a"))));
            try (SafetensorsFile written = SafetensorsFile.open(again)) {
                assertThat(written.info("a").dtype().name()).isEqualTo(dtype);
                assertThat(written.bytes("a").mismatch(read.bytes("a"))).isEqualTo(-1);
            }
        }
    }

    @Test
    void refusesElementsThatDoNotEndWithAByte() throws IOException {
        TestModels.raw(file, tensor("a", "F4", "[3]", "[0,2]"), 2);
        refuses(": tensor 'a': F4 of shape [3] does not end with a byte.");
    }

    @Test
    void metadataOfNullIsNone() throws IOException {
        TestModels.raw(file, tensors("\"__metadata__\":null", "\"a\":" + body("U8", "[1]", "[0,1]")), 1);
        try (SafetensorsFile read = SafetensorsFile.open(file)) {
            assertThat(read.metadata()).isEmpty();
            assertThat(read.tensors()).containsOnlyKeys("a");
        }
    }

    @Test
    void refusesSizeThatDoesNotFitTheShape() throws IOException {
        TestModels.raw(file, tensor("a", "BF16", "[2,3]", "[0,10]"), 10);
        refuses(": tensor 'a': BF16 of shape [2, 3] takes 12 bytes, but data_offsets [0, 10] span 10.");
    }

    @Test
    void refusesShapesThatOverflow() throws IOException {
        TestModels.raw(file, tensor("a", "F32", "[4294967296,4294967296]", "[0,0]"), 0);
        refuses(": tensor 'a': shape [4294967296, 4294967296] has too many elements to count.");
        TestModels.raw(file, tensor("a", "F64", "[2305843009213693952]", "[0,0]"), 0);
        refuses(": tensor 'a': shape [2305843009213693952] has too many elements to count.");
    }

    @Test
    void refusesMalformedEntries() throws IOException {
        TestModels.raw(file, tensor("a", "F32", "[-1]", "[0,4]"), 4);
        refuses(": tensor 'a': shape must be an array of whole numbers from 0, but is [-1].");
        TestModels.raw(file, "{\"a\": {\"dtype\": \"F32\", \"data_offsets\": [0, 4]}}", 4);
        refuses(": tensor 'a': shape must be an array of whole numbers from 0, but is missing.");
        TestModels.raw(file, tensor("a", "F32", "[1.5]", "[0,4]"), 4);
        refuses(": tensor 'a': shape must be an array of whole numbers from 0, but is [1.5].");
        TestModels.raw(file, tensor("a", "F32", "\"4\"", "[0,4]"), 4);
        refuses(": tensor 'a': shape must be an array of whole numbers from 0, but is \"4\".");
        TestModels.raw(file, tensor("a", "F32", "[1]", "[0,9223372036854775807]"), 4);
        refuses(": tensor 'a': data_offsets must be an array of whole numbers from 0, but is [0,9223372036854775807].");
        TestModels.raw(file, tensor("a", "F32", "[1]", "[4,0]"), 4);
        refuses(": tensor 'a': data_offsets must be [begin, end], but are [4, 0].");
        TestModels.raw(file, "{\"a\": 3}", 0);
        refuses(": tensor 'a' has no dtype.");
        TestModels.raw(file, "[]", 0);
        refuses(": the header must be a JSON object, but is array.");
        TestModels.raw(file, "{\"__metadata__\": {\"n\": 3}}", 0);
        refuses(": metadata 'n' must be a string, but is 3.");
        TestModels.raw(file, "{\"__metadata__\": 3}", 0);
        refuses(": '__metadata__' must be an object of strings.");
    }

    @Test
    void anyDamageIsRefusedOrHarmless() throws IOException {
        TestModels.raw(
                file, tensors("\"a\":" + body("F32", "[2]", "[0,8]"), "\"b\":" + body("U8", "[3]", "[8,11]")), 11);
        byte[] whole = Files.readAllBytes(file);
        for (long seed = 0; seed < 500; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            byte[] damaged = whole.clone();
            for (int i = random.nextInt(3); i >= 0; i--) {
                damaged[random.nextInt(damaged.length - 11)] = (byte) random.nextInt(256);
            }
            Files.write(file, damaged);
            openOrRefuse(seed);
        }
    }

    private void openOrRefuse(long seed) {
        try (SafetensorsFile read = SafetensorsFile.open(file)) {
            assertThat(read.tensors().values().stream()
                            .mapToLong(TensorInfo::bytes)
                            .sum())
                    .as("seed %d", seed)
                    .isEqualTo(11);
        } catch (LotaException e) {
            assertThat(e.getMessage()).as("seed %d", seed).startsWith(file.toString());
        }
    }

    private void refuses(String message) {
        assertThatThrownBy(() -> SafetensorsFile.open(file).close())
                .isInstanceOf(LotaException.class)
                .hasMessage("%s", file + message);
    }

    private void writeLength(long length) throws IOException {
        Files.write(
                file,
                ByteBuffer.allocate(16)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(length)
                        .array());
    }

    private static String tensor(String name, String dtype, String shape, String offsets) {
        return tensors(Text.format("\"%s\":%s", name, body(dtype, shape, offsets)));
    }

    private static String tensors(String... entries) {
        return "{" + String.join(",", entries) + "}";
    }

    private static String body(String dtype, String shape, String offsets) {
        return Text.format("{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}", dtype, shape, offsets);
    }
}
