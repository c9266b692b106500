package io.lota4j.merge.source;

import io.lota4j.checkpoint.Shape;
import io.lota4j.merge.ModelTensor;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/// A checkpoint with an adapter or a ticket on it: values are weights + delta, in F32.
///
/// @param label as the recipe writes it
record StackedSource(String label, CheckpointSource below, MergeSource above) implements MergeSource {
    @Override
    public boolean isWhole() {
        return true;
    }

    @Override
    public SequencedMap<String, Tensor> tensors() {
        return below.tensors();
    }

    @Override
    public Optional<Path> directory() {
        return below.directory();
    }

    @Override
    public List<String> unmatched() {
        return above.unmatched();
    }

    @Override
    public Optional<String> baseFingerprint() {
        return above.baseFingerprint();
    }

    @Override
    public Optional<String> baseName() {
        return above.baseName();
    }

    @Override
    public boolean rewrites(String name) {
        return false;
    }

    @Override
    public ModelTensor tensor(String name, Shape shape, Optional<ModelTensor.Weights> base) {
        ModelTensor.Weights own = below.weights(name, shape);
        return above.tensors().containsKey(name)
                ? ChangedWeights.of(own, above.tensor(name, shape, Optional.of(own)))
                : own;
    }

    @Override
    public Optional<MemorySegment> stored(String name) {
        return above.tensors().containsKey(name) ? Optional.empty() : below.stored(name);
    }

    @Override
    public void close() {
        above.close();
        below.close();
    }
}
