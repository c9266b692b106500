package io.lota4j.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTest {
    private static final String HOLDS = "A model directory holds config.json, model.safetensors "
            + "(or model.safetensors.index.json and its shards), tokenizer.json and tokenizer_config.json.";

    @TempDir
    private Path directory;

    @Test
    void theFingerprintDoesNotDependOnSharding() throws IOException {
        List<TensorSource> weights = TestModels.weights(DType.BF16, false, 5);
        Fingerprint one = fingerprint(TestModels.model(directory.resolve("one"), weights, 1));
        for (int shards = 2; shards <= 5; shards++) {
            assertThat(fingerprint(TestModels.model(directory.resolve("m" + shards), weights, shards)))
                    .isEqualTo(one);
        }
        assertThat(fingerprint(TestModels.model(directory.resolve("reversed"), weights.reversed(), 1)))
                .isEqualTo(one);
        assertThat(one.shortForm()).hasSize(12).isEqualTo(one.hex().substring(0, 12));
    }

    @Test
    void theFingerprintIsAPartOfTheFileFormat() throws IOException {
        List<TensorSource> weights = List.of(TensorSource.ofFloats("w", Shape.of(2), new float[] {1, 2}));
        assertThat(fingerprint(TestModels.model(directory, weights, 1)).hex())
                .isEqualTo("71f97fccdb170ee53f700364da566a02816827cafd4748ed54d5afc0ca0f8533");
    }

    @Test
    void theFingerprintSeesNamesShapesDTypesAndBytes() throws IOException {
        List<Fingerprint> prints = new ArrayList<>();
        for (TensorSource tensor : List.of(
                TensorSource.ofFloats("w", Shape.of(2), new float[] {1, 2}),
                TensorSource.ofFloats("v", Shape.of(2), new float[] {1, 2}),
                TensorSource.ofFloats("w", Shape.of(2, 1), new float[] {1, 2}),
                TensorSource.ofFloats("w", Shape.of(2), new float[] {1, Math.nextUp(2f)}),
                TensorSource.ofBytes("w", DType.I32, Shape.of(2), new byte[] {0, 0, -128, 63, 0, 0, 0, 64}))) {
            prints.add(fingerprint(TestModels.model(directory.resolve("m" + prints.size()), List.of(tensor), 1)));
        }
        assertThat(prints).doesNotHaveDuplicates();
    }

    @Test
    void readsShardsAsFloats() throws IOException {
        TestModels.model(directory, TestModels.weights(DType.F16, true, 3), 3);
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            assertThat(List.copyOf(checkpoint.tensors().keySet())).isSorted().hasSize(7);
            assertThat(checkpoint.shardFiles()).hasSize(3);
            String name = "model.layers.0.mlp.down_proj.weight";
            assertThat(checkpoint.shardOf(name)).isEqualTo(directory.resolve("model-00003-of-00003.safetensors"));
            MemorySegment floats = MemorySegment.ofArray(new float[8 * 13]);
            checkpoint.read(name, floats);
            assertThat(Floats.get(DType.F32, floats, 5)).isEqualTo(Floats.get(DType.F16, checkpoint.bytes(name), 5));
            assertThat(checkpoint.info(name).shape()).hasToString("[8, 13]");
        }
    }

    @Test
    void refusesIntegersAsWeights() throws IOException {
        TestModels.model(directory, List.of(TensorSource.ofBytes("w", DType.I8, Shape.of(1), new byte[1])), 1);
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            assertThatThrownBy(() -> checkpoint.read("w", MemorySegment.ofArray(new float[1])))
                    .isInstanceOf(LotaException.class)
                    .hasMessage(
                            "%s: tensor 'w' is I8; weights must be F32, BF16, F16 or F64.",
                            directory.resolve("model.safetensors"));
            assertThatThrownBy(() -> checkpoint.bytes("wx"))
                    .isInstanceOf(LotaException.class)
                    .hasMessage("%s: no tensor 'wx'. Did you mean 'w'?", directory);
        }
    }

    @Test
    void refusesMissingParts() throws IOException {
        Path missing = directory.resolve("nowhere");
        refuses(missing, missing + ": no such directory. " + HOLDS);
        Files.writeString(directory.resolve("pytorch_model.bin"), "");
        refuses(directory, directory + ": no config.json among [pytorch_model.bin]. " + HOLDS);
        Files.writeString(directory.resolve("config.json"), "{}");
        refuses(
                directory,
                directory + ": no weights (model.safetensors) among [config.json, pytorch_model.bin]. " + HOLDS);
    }

    @Test
    void refusesMissingAndTruncatedShards() throws IOException {
        TestModels.model(directory, TestModels.weights(DType.F32, true, 1), 2);
        Path shard = directory.resolve("model-00002-of-00002.safetensors");
        byte[] whole = Files.readAllBytes(shard);
        Files.write(shard, Arrays.copyOf(whole, whole.length - 10));
        refuses(
                directory,
                Text.format(
                        "%s: tensor 'model.layers.1.mlp.down_proj.weight' ends at byte %d, but the file ends at byte"
                                + " %d; is it truncated?",
                        shard, whole.length, whole.length - 10));
        Files.delete(shard);
        refuses(directory, Text.format("%s names the shard %s, which is not there.", index(), shard.getFileName()));
    }

    @Test
    void refusesShardsThatLeaveTheDirectory() throws IOException {
        Files.writeString(directory.resolve("config.json"), "{}");
        for (String shard : List.of("../m.safetensors", "/m.safetensors", "a/m.safetensors", "..", ".", "", "a\\\\b")) {
            TestModels.index(directory, List.of("\"w\": \"" + shard + "\""));
            refuses(
                    directory,
                    Text.format(
                            "%s: tensor 'w' is in \"%s\", which is not a plain file name in the index's directory.",
                            index(), shard));
        }
        TestModels.index(directory, List.of("\"w\": \"a\\u0000b\""));
        refuses(
                directory,
                Text.format(
                        "%s: tensor 'w' is in \"a\\u0000b\", which is not a plain file name in the index's directory.",
                        index()));
        TestModels.index(directory, List.of("\"w\": 3"));
        refuses(
                directory,
                Text.format(
                        "%s: tensor 'w' is in 3, which is not a plain file name in the index's directory.", index()));
    }

    @Test
    void refusesMalformedIndexes() throws IOException {
        Files.writeString(directory.resolve("config.json"), "{}");
        TestModels.index(directory, List.of());
        refuses(directory, index() + ": 'weight_map' must be an object from tensor names to shard file names.");
        TestModels.index(directory, List.of("\"w\": \"a\"", "\"w\": \"b\""));
        refuses(directory, index() + " is not valid JSON: the key \"w\" stands twice (line 1, column 46).");
    }

    @Test
    void refusesAnIndexThatDisagrees() throws IOException {
        Files.writeString(directory.resolve("config.json"), "{}");
        Path a = shard("a.safetensors", "v", "w");
        Path b = shard("b.safetensors", "x");
        TestModels.index(directory, List.of(entry("v", a), entry("x", b)));
        refuses(directory, Text.format("%s holds tensor 'w', which %s does not list.", a, index()));
        TestModels.index(directory, List.of(entry("v", a), entry("w", b), entry("x", b)));
        refuses(directory, Text.format("%s holds tensor 'w', which by %s is in b.safetensors.", a, index()));
        TestModels.index(directory, List.of(entry("v", a), entry("w", a), entry("x", b), entry("y", b)));
        refuses(directory, Text.format("%s does not hold tensor 'y', which %s says it does.", b, index()));
    }

    private Path index() {
        return directory.resolve("model.safetensors.index.json");
    }

    private Path shard(String name, String... tensors) {
        Path shard = directory.resolve(name);
        List<TensorSource> sources = new ArrayList<>();
        for (String tensor : tensors) {
            sources.add(TensorSource.ofFloats(tensor, Shape.of(1), new float[1]));
        }
        SafetensorsWriter.write(shard, Map.of(), sources);
        return shard;
    }

    private static String entry(String tensor, Path shard) {
        return Text.format("\"%s\": \"%s\"", tensor, shard.getFileName());
    }

    private static Fingerprint fingerprint(Path directory) {
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            assertThat(checkpoint.fingerprint()).isSameAs(checkpoint.fingerprint());
            return checkpoint.fingerprint();
        }
    }

    private static void refuses(Path directory, String message) {
        assertThatThrownBy(() -> Checkpoint.open(directory).close())
                .isInstanceOf(LotaException.class)
                .hasMessage("%s", message);
    }
}
