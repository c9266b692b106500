package io.lota4j.internal.checkpoint;

import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/// Files that tests need: raw safetensors with any header, and small random model directories.
public final class TestModels {
    private TestModels() {}

    /// Writes a header as it is, its length, and so many data bytes.
    public static Path raw(Path file, String header, int dataBytes) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + json.length + dataBytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json);
        return Files.write(file, bytes.array());
    }

    /// Weights of a small decoder; `tied` leaves the head out.
    public static List<TensorSource> weights(DType dtype, boolean tied, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<TensorSource> tensors = new ArrayList<>();
        tensors.add(random("model.embed_tokens.weight", dtype, Shape.of(19, 8), random));
        for (int layer = 0; layer < 2; layer++) {
            String prefix = Text.format("model.layers.%d.", layer);
            tensors.add(random(prefix + "input_layernorm.weight", dtype, Shape.of(8), random));
            tensors.add(random(prefix + "mlp.down_proj.weight", dtype, Shape.of(8, 13), random));
            tensors.add(random(prefix + "self_attn.q_proj.weight", dtype, Shape.of(8, 8), random));
        }
        if (!tied) {
            tensors.add(random("lm_head.weight", dtype, Shape.of(19, 8), random));
        }
        return tensors;
    }

    private static TensorSource random(String name, DType dtype, Shape shape, SplittableRandom random) {
        byte[] bytes = new byte[Math.toIntExact(shape.numel() * dtype.size())];
        MemorySegment segment = MemorySegment.ofArray(bytes);
        for (long i = 0; i < shape.numel(); i++) {
            Floats.set(dtype, segment, i, (float) (random.nextGaussian() * 0.1));
        }
        return TensorSource.ofBytes(name, dtype, shape, bytes);
    }

    /// A model directory in so many shards (1 = `model.safetensors`), with a few other files in it.
    public static Path model(Path directory, List<TensorSource> tensors, int shards) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("config.json"), "{\"model_type\": \"llama\"}");
        Files.writeString(directory.resolve("tokenizer.json"), "{}");
        Files.createDirectories(directory.resolve("original"));
        Files.writeString(directory.resolve("original/params.json"), "[]");
        if (shards == 1) {
            SafetensorsWriter.write(directory.resolve("model.safetensors"), Map.of("format", "pt"), tensors);
            return directory;
        }
        List<String> entries = new ArrayList<>();
        for (int shard = 0; shard < shards; shard++) {
            String name = Text.format("model-%05d-of-%05d.safetensors", shard + 1, shards);
            List<TensorSource> part = new ArrayList<>();
            for (int i = shard; i < tensors.size(); i += shards) {
                part.add(tensors.get(i));
                entries.add(Text.format("\"%s\": \"%s\"", tensors.get(i).name(), name));
            }
            SafetensorsWriter.write(directory.resolve(name), Map.of("format", "pt"), part);
        }
        index(directory, entries);
        return directory;
    }

    /// An index with these entries, each `"tensor": "shard"`.
    public static void index(Path directory, List<String> entries) throws IOException {
        Files.writeString(
                directory.resolve("model.safetensors.index.json"),
                Text.format("{\"metadata\": {}, \"weight_map\": {%s}}", String.join(", ", entries)));
    }
}
