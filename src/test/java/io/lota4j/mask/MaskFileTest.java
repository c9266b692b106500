package io.lota4j.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.checkpoint.SafetensorsFile;
import io.lota4j.internal.checkpoint.SafetensorsWriter;
import io.lota4j.internal.checkpoint.TensorSource;
import io.lota4j.internal.mask.IndexSets;
import io.lota4j.internal.mask.RandomMasks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.roaringbitmap.RoaringBitmap;

class MaskFileTest {
    @TempDir
    private Path directory = Path.of("");

    private Path file = Path.of("");

    @BeforeEach
    void nameFile() {
        file = directory.resolve("a.mask.safetensors");
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {0, 1, 2, 3, 4, 5, 6, 7})
    void randomMasksComeBack(long seed) throws IOException {
        Mask mask = RandomMasks.of(seed);
        MaskFile.write(file, mask);
        Mask back = MaskFile.read(file);
        assertThat(back.tensors()).isEqualTo(mask.tensors());
        assertThat(back.info()).isEqualTo(mask.info());

        byte[] bytes = Files.readAllBytes(file);
        MaskFile.write(file, back);
        assertThat(Files.readAllBytes(file)).isEqualTo(bytes);
    }

    @Test
    void saysHowTheMaskWasMade() {
        Map<String, String> origin = new LinkedHashMap<>();
        origin.put("source", "delta");
        origin.put("steps", "10");
        origin.put("a key", "line\n\"quoted\"");
        var info = new MaskInfo(Deltas.BASE, "mlp without norm", "row", 0.9, OptionalDouble.of(1.2e-7f), origin);
        Mask mask = new Mask(info, Map.of("w", new MaskTensor(Shape.of(2, 2), RoaringBitmap.bitmapOf(3))));
        MaskFile.write(file, mask);

        assertThat(MaskFile.read(file).info()).isEqualTo(info);
        assertThat(MaskFile.read(file).info().origin().keySet()).containsExactly("source", "steps", "a key");
        try (SafetensorsFile raw = SafetensorsFile.open(file)) {
            assertThat(raw.metadata())
                    .containsEntry("format", "lota4j.mask")
                    .containsEntry("version", "1")
                    .containsEntry("base", Deltas.BASE)
                    .containsEntry("sparsity", "0.75")
                    .containsEntry("requested_sparsity", "0.9")
                    .containsEntry("shapes", "{\"w\":[2,2]}");
            assertThat(raw.info("w").dtype()).isEqualTo(DType.U8);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "format | lota4j.ticket | not a mask file: metadata 'format' must be 'lota4j.mask', but there is"
                        + " 'lota4j.ticket'.",
                "format | | not a mask file: metadata 'format' must be 'lota4j.mask', but there is none.",
                "version | 2 | version 2 of the mask format is not known, only 1; was the file written by a newer"
                        + " lota4j?",
                "base | | a mask file needs metadata 'base', but there is only format, version, pool, scope,"
                        + " requested_sparsity, sparsity, trainable, pool_size, origin.source, shapes.",
                "requested_sparsity | much | metadata 'requested_sparsity' must be a number, but is 'much'.",
                "requested_sparsity | 90 | metadata 'requested_sparsity' must be a fraction from 0 (all trainable) to"
                        + " 1 (all frozen), but is 90. Did you mean 0.9?",
                "threshold | x | metadata 'threshold' must be a number, but is 'x'.",
                "trainable | 3 | metadata 'trainable' is 3, but the tensors give 2; is the file damaged?",
                "pool_size | 9 | metadata 'pool_size' is 9, but the tensors give 8; is the file damaged?",
                "shapes | [] | metadata 'shapes' must be a JSON object, but is array.",
                "shapes | {\"a\":[2,2],\"b\":4} | metadata 'shapes': the shape of tensor 'b' must be an array of whole"
                        + " numbers from 0, but is 4.",
                "shapes | {\"a\":[2,2],\"b\":[2,-2]} | metadata 'shapes': the shape of tensor 'b' must be an array of"
                        + " whole numbers from 0, but is [2,-2].",
                "shapes | {\"a\":[2,2],\"b\":[2147483647,2147483647,2147483647]} | metadata 'shapes': shape"
                        + " [2147483647,2147483647,2147483647] of tensor 'b' has too many elements to count.",
                "shapes | {\"a\":[2,2],\"b\":[65536,65536]} | tensor 'b': shape [65536, 65536] has 4294967296"
                        + " elements, over the limit of 2147483647.",
                "shapes | {\"a\":[2,2],\"b\":[3]} | tensor 'b': index 3 is past the end of a tensor of 3 elements.",
                "shapes | {\"a\":[2,2]} | tensor 'b' is in the file, but not in the metadata's 'shapes'.",
                "shapes | {\"a\":[2,2],\"b\":[4],\"c\":[4]} | tensor 'c' is in the metadata's 'shapes', but not in the"
                        + " file."
            })
    void refusesFalseMetadata(String key, @Nullable String value, String message) {
        Map<String, String> metadata = metadata();
        if (value == null) {
            metadata.remove(key);
        } else {
            metadata.put(key, value);
        }
        SafetensorsWriter.write(file, metadata, sets());
        refused(message);
    }

    @Test
    void refusesTensorsThatAreNoIndexSets() {
        replaceB(TensorSource.ofFloats("b", Shape.of(4), new float[4]));
        refused("tensor 'b': the index set of a mask is U8 of one dimension, but this is F32 [4].");
        replaceB(TensorSource.ofBytes("b", DType.U8, Shape.of(2, 2), new byte[4]));
        refused("tensor 'b': the index set of a mask is U8 of one dimension, but this is U8 [2, 2].");
        replaceB(TensorSource.ofBytes("b", DType.U8, Shape.of(16), new byte[16]));
        refused("tensor 'b': not a portable RoaringBitmap (16 bytes without its header).");
    }

    @Test
    void keepsTheOldFileWhenWritingFails() throws IOException {
        MaskFile.write(file, mask());
        byte[] before = Files.readAllBytes(file);
        Path blocked = file.resolve("b.mask.safetensors");
        assertThatThrownBy(() -> MaskFile.write(blocked, mask())).isInstanceOf(LotaException.class);
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
        try (var files = Files.list(directory)) {
            assertThat(files).containsExactly(file);
        }
    }

    private void replaceB(TensorSource b) {
        List<TensorSource> sets = new ArrayList<>(sets());
        sets.set(1, b);
        SafetensorsWriter.write(file, metadata(), sets);
    }

    private static Mask mask() {
        return new Mask(
                Mask.full(Deltas.BASE, "all", Map.of()).info(),
                Map.of(
                        "a", new MaskTensor(Shape.of(2, 2), RoaringBitmap.bitmapOf(1)),
                        "b", new MaskTensor(Shape.of(4), RoaringBitmap.bitmapOf(3))));
    }

    private static Map<String, String> metadata() {
        return new LinkedHashMap<>(MaskMetadata.of(mask()));
    }

    private static List<TensorSource> sets() {
        List<TensorSource> sets = new ArrayList<>();
        mask().tensors().forEach((name, tensor) -> {
            byte[] bytes = IndexSets.toBytes(tensor.trainable());
            sets.add(TensorSource.ofBytes(name, DType.U8, Shape.of(bytes.length), bytes));
        });
        return sets;
    }

    private void refused(String message) {
        assertThatThrownBy(() -> MaskFile.read(file))
                .isInstanceOf(LotaException.class)
                .hasMessage("%s", file + ": " + message);
    }

    @Test
    void noDamagedFileIsAnotherMask() throws IOException {
        Mask mask = RandomMasks.of(3);
        MaskFile.write(file, mask);
        byte[] whole = Files.readAllBytes(file);
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 300; i++) {
            byte[] damaged = whole.clone();
            damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(Byte.SIZE));
            Files.write(file, damaged);
            try {
                assertThat(MaskFile.read(file).tensors()).as("damage %d", i).isEqualTo(mask.tensors());
            } catch (LotaException refused) {
                assertThat(refused).hasMessageStartingWith(file.toString());
            }
        }
    }

    @Test
    void aMovedIndexIsFoundThoughTheCountsAreRight() throws IOException {
        var info = new MaskInfo(Deltas.BASE, "all", "row", 0.75, OptionalDouble.empty(), Map.of("source", "test"));
        MaskFile.write(file, new Mask(info, Map.of("w", new MaskTensor(Shape.of(2, 2), RoaringBitmap.bitmapOf(2)))));
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 2] = 1;
        Files.write(file, bytes);
        assertThatThrownBy(() -> MaskFile.read(file))
                .isInstanceOf(LotaException.class)
                .hasMessage(file + ": the mask does not match its checksum: the file was damaged or changed after it"
                        + " was written. Take a good copy of it, or make it again.");
    }
}
