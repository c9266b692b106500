package io.lota4j.internal.model;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Existing;
import io.lota4j.internal.Links;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.AtomicFile;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.Claims;
import io.lota4j.internal.checkpoint.Floats;
import io.lota4j.internal.checkpoint.JsonKeys;
import io.lota4j.internal.checkpoint.JsonKeys.Null;
import io.lota4j.internal.checkpoint.ModelFiles;
import io.lota4j.internal.checkpoint.SafetensorsWriter;
import io.lota4j.internal.checkpoint.TensorSource;
import io.lota4j.internal.model.layer.Blocks;
import io.lota4j.internal.model.layer.Weight;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/// Starts a model from nothing: weights from a normal distribution, norms one, biases zero.
///
/// @param config of the decoder
/// @param deviation of the normal distribution: `initializer_range`, 0.02 where the configuration has none
/// @param dtype that the weights are stored as: `dtype` or `torch_dtype` of the configuration, else F32
/// @param seed of the draws; each tensor has a sequence of its own
public record RandomModel(ModelConfig config, double deviation, DType dtype, long seed) {
    private static final Map<String, DType> DTYPES =
            Map.of("float32", DType.F32, "bfloat16", DType.BF16, "float16", DType.F16);

    /// @throws LotaException if the deviation is negative, NaN or infinite
    public RandomModel {
        if (!(deviation >= 0 && Double.isFinite(deviation))) {
            throw new LotaException(Text.format("The deviation must be at least 0 and finite, found %s.", deviation));
        }
    }

    /// The model that a configuration asks for.
    ///
    /// @param directory with at least `config.json`
    /// @throws LotaException if its dtype is not a float type
    public static RandomModel of(Path directory, long seed) {
        Existing.problemOfDirectory(directory).ifPresent(problem -> {
            throw new LotaException(Text.format("%s: %s. It is to hold config.json.", directory, problem));
        });
        Path file = directory.resolve(Checkpoint.CONFIG);
        ModelConfig config = ModelConfig.read(file);
        JsonKeys keys = ModelConfig.keys(file);
        if (config.blocks().names().amongModules()) {
            throw keys.refused("the model has other modules than its text model, and only weights of text models are"
                    + " drawn. Make what stands within \"text_config\" a config.json of its own.");
        }
        double deviation = keys.optionalNumber("initializer_range", Null.REFUSED, x -> x >= 0, "a number of at least 0")
                .orElse(0.02);
        return new RandomModel(config, deviation, dtype(keys), seed);
    }

    private static DType dtype(JsonKeys keys) {
        Optional<String> now = keys.optionalText("dtype", Null.ABSENT);
        Optional<String> old = keys.optionalText("torch_dtype", Null.ABSENT);
        if (now.isPresent() && old.isPresent() && !now.equals(old)) {
            throw keys.refused(Text.format(
                    "\"dtype\" is \"%s\", but \"torch_dtype\" is \"%s\": they must agree.", now.get(), old.get()));
        }
        String name = now.or(() -> old).orElse("float32");
        DType dtype = DTYPES.get(name);
        if (dtype == null) {
            throw keys.refused(Text.format(
                    "the dtype \"%s\" is not one of %s.",
                    name, DTYPES.keySet().stream().sorted().toList()));
        }
        return dtype;
    }

    /// Writes a model directory: every file of `directory` and the weights.
    ///
    /// @param out a directory that is not there or empty
    public void write(Path directory, Path out) {
        new Claims()
                .reads("the configuration", directory)
                .fills("the model", out)
                .check();
        AtomicFile.writeDirectory(out, folder -> {
            for (Path file : files(directory)) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
            SafetensorsWriter.write(folder.resolve("model.safetensors"), Map.of("format", "pt"), tensors());
        });
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            // Weights that are there already would be a second model beside the one that is written.
            return files.filter(file -> ModelFiles.belongs(file.getFileName().toString()))
                    .peek(Links::requireTarget)
                    .filter(Files::isRegularFile)
                    .sorted()
                    .toList();
        }
    }

    private List<TensorSource> tensors() {
        Map<String, Weight.Start> starts = starts();
        return Weights.expected(config).entrySet().stream()
                .map(e -> new TensorSource(
                        e.getKey(),
                        dtype,
                        e.getValue(),
                        target -> fill(
                                e.getKey(),
                                starts.getOrDefault(e.getKey(), Weight.Start.NORMAL),
                                e.getValue(),
                                target)))
                .toList();
    }

    private Map<String, Weight.Start> starts() {
        Map<String, Weight.Start> starts = new HashMap<>();
        Blocks blocks = config.blocks();
        blocks.norm().weights().forEach(weight -> starts.put(weight.name(), weight.start()));
        for (int layer = 0; layer < config.layers(); layer++) {
            blocks.weights(layer).forEach((name, weight) -> starts.put(name, weight.start()));
        }
        return starts;
    }

    private void fill(String name, Weight.Start start, Shape shape, MemorySegment target) {
        float[] values = new float[Math.toIntExact(shape.numel())];
        switch (start) {
            case ZERO -> {}
            case ONE -> Arrays.fill(values, 1);
            case RATE -> {
                Random random = random(name);
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) Math.log(random.nextDouble(0.01, 16));
                }
            }
            case NORMAL -> {
                Random random = random(name);
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) (deviation * random.nextGaussian());
                }
            }
        }
        Floats.fromF32(MemorySegment.ofArray(values), dtype, target);
    }

    private Random random(String name) {
        return new Random(seed * 0x9E3779B97F4A7C15L + name.hashCode());
    }
}
