package io.lota4j.experiment;

import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.experiment.Experiment;
import io.lota4j.internal.experiment.Method.Full;
import io.lota4j.internal.experiment.Method.Lora;
import io.lota4j.internal.experiment.Method.Sparse;
import io.lota4j.internal.experiment.Variant;
import io.lota4j.internal.model.ModelConfig;
import io.lota4j.mask.Pool;
import io.lota4j.train.MemoryEstimate;
import io.lota4j.train.attribution.Attribution;
import java.util.Collection;

/// The memory that a process needs which does any one work of an experiment.
final class TaskMemory {
    private TaskMemory() {}

    /// In bytes: the most that a method of the experiment takes, from sizes alone.
    static long of(Experiment experiment) {
        ModelConfig model = ModelConfig.of(experiment.base());
        try (Checkpoint base = Checkpoint.open(experiment.base())) {
            return experiment.variants().stream()
                    .mapToLong(variant -> of(experiment, variant, model, base).total())
                    .max()
                    .orElse(0);
        }
    }

    private static MemoryEstimate of(Experiment experiment, Variant variant, ModelConfig model, Checkpoint base) {
        long pool = weights(experiment.pool(), base);
        long trained = switch (variant.method()) {
            case Full(Pool own) -> weights(own, base);
            case Lora lora -> factors(lora, experiment.pool(), base);
            // A calibration moves the whole pool.
            case Sparse sparse ->
                sparse.by() instanceof Attribution.OfTraining ? pool : Math.round((1 - sparse.sparsity()) * pool);
        };
        return MemoryEstimate.of(
                model, experiment.memory(), experiment.training(variant).optimizer(), trained, pool);
    }

    private static Collection<Shape> shapes(Pool pool, Checkpoint base) {
        return pool.select(base.tensors()).values();
    }

    private static long weights(Pool pool, Checkpoint base) {
        return shapes(pool, base).stream().mapToLong(Shape::numel).sum();
    }

    private static long factors(Lora lora, Pool pool, Checkpoint base) {
        return lora.rank()
                * shapes(pool, base).stream()
                        .filter(shape -> shape.rank() == 2)
                        .mapToLong(shape -> shape.dim(0) + shape.dim(1))
                        .sum();
    }
}
