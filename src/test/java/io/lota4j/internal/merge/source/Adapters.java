package io.lota4j.internal.merge.source;

import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.checkpoint.Elements;
import io.lota4j.internal.checkpoint.SafetensorsWriter;
import io.lota4j.internal.checkpoint.TensorSource;
import io.lota4j.internal.merge.ModelOutline;
import io.lota4j.internal.merge.ModelTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;

/// Small adapters, bases and tensors that tests need.
final class Adapters {
    static final String PREFIX = "base_model.model.";

    private final List<TensorSource> tensors = new ArrayList<>();

    Adapters floats(String name, Shape shape, float... values) {
        tensors.add(TensorSource.ofFloats(PREFIX + name, shape, values));
        return this;
    }

    Adapters random(String name, SplittableRandom random, long... dims) {
        Shape shape = Shape.of(dims);
        return floats(name, shape, randoms(random, (int) shape.numel()));
    }

    Adapters ints(String name, Shape shape, int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(values);
        tensors.add(TensorSource.ofBytes(PREFIX + name, DType.I32, shape, bytes.array()));
        return this;
    }

    Adapters longs(String name, Shape shape, long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(values);
        tensors.add(TensorSource.ofBytes(PREFIX + name, DType.I64, shape, bytes.array()));
        return this;
    }

    /// @param config without the braces
    Path write(Path folder, String config) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("adapter_config.json"), "{" + config + "}");
        SafetensorsWriter.write(folder.resolve("adapter_model.safetensors"), Map.of("format", "pt"), tensors);
        return folder;
    }

    static float[] randoms(SplittableRandom random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    /// A base with F32 tensors of these shapes.
    static ModelOutline base(Map<String, Shape> shapes) {
        SequencedMap<String, ModelOutline.Tensor> tensors = new TreeMap<>();
        shapes.forEach((name, shape) -> tensors.put(name, new ModelOutline.Tensor(shape, DType.F32)));
        return new Outline(tensors);
    }

    private record Outline(SequencedMap<String, Tensor> tensors) implements ModelOutline {
        @Override
        public String label() {
            return "the-base";
        }

        @Override
        public boolean isWhole() {
            return true;
        }

        @Override
        public Optional<Path> directory() {
            return Optional.empty();
        }

        @Override
        public List<String> unmatched() {
            return List.of();
        }
    }

    static ModelTensor.Weights weights(Shape shape, float... values) {
        return new StoredWeights(shape, Elements.of(values));
    }

    static float[] all(ModelTensor tensor) {
        float[] values = new float[(int) tensor.shape().numel()];
        tensor.read(0, values.length, values);
        return values;
    }

    static MergeSource open(Path path, ModelOutline base) {
        return MergeSource.open(References.parse(path.toString()), Optional.of(base));
    }
}
