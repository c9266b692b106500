package io.lota4j.internal.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.Golden;
import io.lota4j.data.Dataset;
import io.lota4j.data.Example;
import io.lota4j.internal.kernel.java.JavaKernel;
import io.lota4j.internal.mask.RandomMask;
import io.lota4j.mask.Mask;
import io.lota4j.mask.Pool;
import io.lota4j.mask.Scope;
import io.lota4j.memory.Host;
import io.lota4j.train.Clip;
import io.lota4j.train.Listener;
import io.lota4j.train.Optimizer;
import io.lota4j.train.Reduction;
import io.lota4j.train.RunState;
import io.lota4j.train.Schedule;
import io.lota4j.train.TrainConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/// Small runs that laws are tested on.
public final class Runs {
    public static final Optimizer.AdamW ADAMW = new Optimizer.AdamW(0.9, 0.99, 1e-8, 0.1);
    public static final Listener SILENT = p -> {};

    private static final int VOCABULARY = 128;

    private Runs() {}

    public static AdaptedModel model() {
        return model("llama-tied");
    }

    public static AdaptedModel model(String name) {
        return AdaptedModel.open(Golden.path("models/" + name));
    }

    /// Random rows of 4 to 12 tokens, each with at least one that is scored.
    public static Dataset data(long seed, int rows) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Example> examples = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            int length = 4 + random.nextInt(9);
            boolean[] scored = new boolean[length];
            for (int t = 1; t < length; t++) {
                scored[t] = t == length - 1 || random.nextBoolean();
            }
            examples.add(new Example(row, random.ints(length, 0, VOCABULARY).toArray(), scored, 1, "", ""));
        }
        return data(examples);
    }

    public static Dataset data(List<Example> examples) {
        return new Dataset(Path.of("rows.jsonl"), "00", 64, examples, List.of());
    }

    public static Mask random(AdaptedModel model, double sparsity, Scope scope, long seed, Pool pool) {
        return RandomMask.of(model.base(), pool, sparsity, scope, seed);
    }

    public static Mask random(AdaptedModel model, double sparsity, long seed) {
        return random(model, sparsity, Scope.GLOBAL, seed, Pool.standard());
    }

    public static Mask everything(AdaptedModel model) {
        return Mask.full(model.base(), Pool.standard());
    }

    /// A few steps of two micro-batches of two rows, with everything that has a state or moves with the steps.
    public static TrainConfig config(long steps, Optimizer optimizer, double lr) {
        return new TrainConfig(
                steps, optimizer, lr, Schedule.COSINE, 2, 2, 2, Clip.GLOBAL, 1, Reduction.TOKEN_MEAN, 3, true);
    }

    /// A bare configuration: full rate, no clip, file order.
    public static TrainConfig plain(long steps, Optimizer optimizer, double lr, int batch, int accumulation) {
        return new TrainConfig(
                steps,
                optimizer,
                lr,
                Schedule.CONSTANT,
                0,
                batch,
                accumulation,
                Clip.NONE,
                0,
                Reduction.TOKEN_MEAN,
                0,
                false);
    }

    public static Job job(AdaptedModel model, Mask mask, Dataset data, TrainConfig config) {
        return new Job(model, mask, data, config, new JavaKernel());
    }

    public static RunState run(AdaptedModel model, Mask mask, Dataset data, TrainConfig config) {
        return job(model, mask, data, config).run(null, 0, false, SILENT, () -> false);
    }

    /// The bits of all working weights.
    public static Map<String, int[]> bits(AdaptedModel model) {
        Map<String, int[]> bits = new LinkedHashMap<>();
        model.decoder()
                .weights()
                .shapes()
                .keySet()
                .forEach(name ->
                        bits.put(name, Host.ints(model.decoder().weights().memory(name))));
        return bits;
    }

    /// Holds all working weights of a model against bits that they should have.
    public static void assertBits(AdaptedModel model, Map<String, int[]> expected) {
        bits(model).forEach((name, own) -> assertThat(own).as(name).isEqualTo(of(expected, name)));
    }

    /// A question whether to stop that is answered with yes after so many times.
    static BooleanSupplier stopAfter(int questions) {
        AtomicInteger left = new AtomicInteger(questions);
        return () -> left.getAndDecrement() <= 0;
    }

    public static int[] of(Map<String, int[]> bits, String name) {
        return Objects.requireNonNull(bits.get(name), name);
    }

    /// The bits that a fresh model has after a run.
    public static Map<String, int[]> trained(UnaryOperator<Mask> mask, Dataset data, TrainConfig config) {
        try (AdaptedModel model = model()) {
            run(model, mask.apply(everything(model)), data, config);
            return bits(model);
        }
    }
}
