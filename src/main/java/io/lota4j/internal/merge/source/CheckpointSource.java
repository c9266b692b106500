package io.lota4j.internal.merge.source;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.Elements;
import io.lota4j.internal.checkpoint.TensorInfo;
import io.lota4j.internal.merge.ModelTensor;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;

/// A whole model.
final class CheckpointSource implements MergeSource {
    private final String label;
    private final Checkpoint checkpoint;
    private final SequencedMap<String, Tensor> tensors;

    CheckpointSource(String label, Checkpoint checkpoint) {
        this.label = label;
        this.checkpoint = checkpoint;
        TreeMap<String, Tensor> all = new TreeMap<>();
        checkpoint.tensors().forEach((name, info) -> all.put(name, new Tensor(info.shape(), info.dtype())));
        this.tensors = Collections.unmodifiableSequencedMap(all);
    }

    @Override
    public String label() {
        return label;
    }

    @Override
    public boolean isWhole() {
        return true;
    }

    @Override
    public SequencedMap<String, Tensor> tensors() {
        return tensors;
    }

    @Override
    public Optional<Path> directory() {
        return Optional.of(checkpoint.directory());
    }

    @Override
    public List<String> unmatched() {
        return List.of();
    }

    @Override
    public List<String> doubts() {
        return checkpoint.doubts();
    }

    @Override
    public ModelTensor tensor(String name, Shape shape, Optional<ModelTensor.Weights> base) {
        return weights(name, shape);
    }

    ModelTensor.Weights weights(String name, Shape shape) {
        TensorInfo info = checkpoint.info(name);
        Misfit.of(checkpoint.shardOf(name), name, shape, info.shape()).ifPresent(Misfit::refuse);
        if (!info.dtype().isFloat()) {
            throw new LotaException(Text.format(
                    "%s: tensor '%s' is %s; weights that are merged must be F32, BF16, F16 or F64.",
                    checkpoint.shardOf(name), name, info.dtype()));
        }
        return new StoredWeights(info.shape(), new Elements(info.dtype(), checkpoint.bytes(name)));
    }

    @Override
    public Optional<MemorySegment> stored(String name) {
        return Optional.of(checkpoint.bytes(name));
    }

    @Override
    public void close() {
        checkpoint.close();
    }
}
