package io.lota4j.cli;

import io.lota4j.checkpoint.Checkpoint;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.SafetensorsWriter;
import io.lota4j.checkpoint.Shape;
import io.lota4j.checkpoint.TensorSource;
import io.lota4j.mask.DeltaSource;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskFile;
import io.lota4j.mask.Scope;
import io.lota4j.mask.Sparsity;
import io.lota4j.train.AdaptedModel;
import io.lota4j.train.Job;
import io.lota4j.train.RunState;
import io.lota4j.train.TrainConfig;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command
final class CalibrateCommand extends FitCommand {
    @Option(
            names = "--sparsity",
            required = true,
            paramLabel = "S",
            description = "Frozen share of the pool, a fraction: 0.9 leaves a tenth trainable.")
    private double sparsity;

    @Option(
            names = "--scope",
            paramLabel = "NAME",
            defaultValue = "global",
            description = "Where the largest deltas are chosen: global, tensor or row (default: ${DEFAULT-VALUE}).")
    private Scope scope = Scope.GLOBAL;

    @Option(names = "--delta-out", paramLabel = "D", description = "Also write the dense delta, F32 safetensors.")
    private @Nullable Path deltaOut;

    @Override
    void check() {
        Sparsity.check(sparsity, "--sparsity");
        super.check();
        Outputs.check(deltaOut);
    }

    @Override
    String name() {
        return "calibrate";
    }

    @Override
    Mask mask(AdaptedModel adapted) {
        return everything(adapted.base());
    }

    @Override
    String result(Job job, RunState end) {
        Mask mask = job.calibrated(end, sparsity, scope);
        writeDelta(job.deltas(), mask.info().origin());
        MaskFile.write(out, mask);
        return Words.mask(out, mask);
    }

    private void writeDelta(DeltaSource deltas, Map<String, String> origin) {
        if (deltaOut != null) {
            List<TensorSource> tensors = deltas.tensors().entrySet().stream()
                    .map(e -> new TensorSource(
                            e.getKey(),
                            DType.F32,
                            e.getValue(),
                            target -> MemorySegment.copy(deltas.delta(e.getKey()), 0, target, 0, target.byteSize())))
                    .toList();
            SafetensorsWriter.write(deltaOut, origin, tensors);
        }
    }

    @Override
    Plan plan() {
        try (Checkpoint base = Checkpoint.open(model)) {
            SequencedMap<String, Shape> shapes = pool.pool().select(base.tensors());
            long weights = shapes.values().stream().mapToLong(Shape::numel).sum();
            int rows = data.rows();
            TrainConfig config = training.config(rows);
            return new Plan()
                    .model("model", base)
                    .line("pool", "%s: %d tensors, %,d weights".formatted(pool.pool(), shapes.size(), weights))
                    .training(config, rows, memory.estimate(base, config, weights, weights))
                    .line(
                            "mask",
                            "%,d of %,d weights trainable (sparsity %s, scope %s)"
                                    .formatted(Sparsity.trainable(weights, sparsity), weights, sparsity, scope))
                    // At most a bit a weight: a denser set of indices is stored as one.
                    .disk(out, weights / Byte.SIZE);
        }
    }
}
