package io.lota4j.internal.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.Golden;
import io.lota4j.checkpoint.Shape;
import io.lota4j.data.Example;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.kernel.java.JavaKernel;
import io.lota4j.internal.model.Decoder;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskInfo;
import io.lota4j.mask.MaskTensor;
import io.lota4j.memory.Host;
import io.lota4j.train.Clip;
import io.lota4j.train.Optimizer;
import io.lota4j.train.Reduction;
import io.lota4j.train.Schedule;
import io.lota4j.train.TrainConfig;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.roaringbitmap.RoaringBitmap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Masked training as PyTorch does it: every step's loss, and every weight at the end.
class TrainerGoldenTest {
    static List<String> cases() throws IOException {
        try (var folders = Files.list(Golden.path("training"))) {
            return folders.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void trajectory(String name) throws IOException {
        JsonNode json = JsonMapper.shared()
                .readTree(Files.readString(Golden.path("training/" + name).resolve("case.json")));
        String base = "models/" + json.path("base").asString();
        try (Golden golden = Golden.open("training/" + name + "/golden.safetensors");
                Checkpoint checkpoint = Checkpoint.open(Golden.path(base));
                Decoder decoder = Decoder.open(checkpoint)) {
            Mask mask = mask(golden);
            List<List<Example>> batches = batches(golden);
            TrainConfig config = config(json);
            float[] rates = golden.floats("lr");
            try (Trainer trainer =
                    new Trainer(decoder, mask, config, n -> Sample.all(batches.get((int) n)), new JavaKernel())) {
                List<Double> losses = trainer.run(
                                p -> assertThat(p.lr()).isCloseTo(rates[(int) p.step() - 1], within(1e-6 * p.lr())),
                                () -> false)
                        .losses();
                float[] expected = golden.floats("loss");
                assertThat(losses).hasSameSizeAs(expected);
                for (int s = 0; s < expected.length; s++) {
                    assertThat(losses.get(s))
                            .as("loss of step %d", s + 1)
                            .isCloseTo(expected[s], within(1e-5 * expected[s]));
                }
            }
            for (String weight : decoder.weights().shapes().keySet()) {
                assertWeight(golden, checkpoint, decoder, mask, weight);
            }
        }
    }

    private static void assertWeight(Golden golden, Checkpoint checkpoint, Decoder decoder, Mask mask, String weight) {
        float[] found = Host.floats(decoder.weights().memory(weight));
        float[] before = checkpoint.bytes(weight).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
        MaskTensor masked = mask.tensors().get(weight);
        float[] expected = masked == null ? before : golden.floats("final." + weight);
        int apart = 0;
        for (int i = 0; i < found.length; i++) {
            if (masked == null || !masked.trainable().contains(i)) {
                assertThat(Float.floatToRawIntBits(found[i]))
                        .as("frozen %s[%d]", weight, i)
                        .isEqualTo(Float.floatToRawIntBits(before[i]));
            }
            assertThat((double) found[i]).as("%s[%d]", weight, i).isCloseTo(expected[i], within(5e-5));
            apart += Math.abs(found[i] - expected[i]) > 1e-5 ? 1 : 0;
        }
        // The optimizers divide a gradient by its own size: where it is next to nothing, so is its accuracy.
        assertThat(apart)
                .as("elements of %s that are more than 1e-5 off", weight)
                .isLessThanOrEqualTo(1);
    }

    private static Mask mask(Golden golden) {
        Map<String, MaskTensor> tensors = new TreeMap<>();
        golden.file().tensors().forEach((name, info) -> {
            if (name.startsWith("mask.")) {
                RoaringBitmap trainable = new RoaringBitmap();
                byte[] bits = golden.bytes(name);
                for (int i = 0; i < bits.length; i++) {
                    if (bits[i] == 1) {
                        trainable.add(i);
                    }
                }
                Shape shape = info.shape();
                tensors.put(name.substring("mask.".length()), new MaskTensor(shape, trainable));
            }
        });
        return new Mask(new MaskInfo("", "mlp,attn", "global", 0, OptionalDouble.empty(), Map.of()), tensors);
    }

    private static List<List<Example>> batches(Golden golden) {
        int[] shape = golden.shape("input_ids");
        int[] ids = golden.ints("input_ids");
        int[] labels = golden.ints("labels");
        List<List<Example>> batches = new ArrayList<>();
        for (int b = 0; b < shape[0]; b++) {
            List<Example> batch = new ArrayList<>();
            for (int row = 0; row < shape[1]; row++) {
                int from = (b * shape[1] + row) * shape[2];
                boolean[] scored = new boolean[shape[2]];
                for (int t = 0; t < shape[2]; t++) {
                    scored[t] = labels[from + t] >= 0;
                }
                batch.add(new Example(row, Arrays.copyOfRange(ids, from, from + shape[2]), scored, 0, "", ""));
            }
            batches.add(batch);
        }
        return batches;
    }

    private static TrainConfig config(JsonNode json) {
        return new TrainConfig(
                json.path("steps").asLong(),
                optimizer(json),
                json.path("lr").asDouble(),
                Schedule.valueOf(json.path("schedule").asString("constant").toUpperCase(java.util.Locale.ROOT)),
                json.path("warmup_steps").asLong(0),
                2,
                json.path("accumulation").asInt(),
                switch (json.path("clip").asString()) {
                    case "none" -> Clip.NONE;
                    case "global" -> Clip.GLOBAL;
                    case "per-tensor" -> Clip.TENSOR;
                    default -> throw new IllegalArgumentException(json.toString());
                },
                json.path("max_norm").asDouble(),
                json.path("reduction").asString().equals("token-mean") ? Reduction.TOKEN_MEAN : Reduction.EXAMPLE_SUM,
                0,
                false);
    }

    private static Optimizer optimizer(JsonNode json) {
        double epsilon = json.path("eps").asDouble();
        double decay = json.path("weight_decay").asDouble(0);
        return switch (json.path("optimizer").asString()) {
            case "adamw" ->
                new Optimizer.AdamW(
                        json.path("beta1").asDouble(), json.path("beta2").asDouble(), epsilon, decay);
            case "rmsprop" -> new Optimizer.RmsProp(json.path("alpha").asDouble(), epsilon, decay);
            case "sgd" -> new Optimizer.Sgd(json.path("momentum").asDouble(), decay);
            default -> throw new IllegalArgumentException(json.toString());
        };
    }
}
