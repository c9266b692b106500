package io.lota4j.internal.merge.source;

import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.merge.ModelOutline;
import io.lota4j.internal.merge.ModelTensor;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/// A checkpoint with an adapter or a ticket on it: values are weights + delta, in F32.
///
/// @param label as the recipe writes it
/// @param tensors those of the checkpoint, and heads that the adapter brings for it
record StackedSource(
        String label, CheckpointSource below, MergeSource above, SequencedMap<String, ModelOutline.Tensor> tensors)
        implements MergeSource {
    static StackedSource of(String label, CheckpointSource below, MergeSource above) {
        TreeMap<String, ModelOutline.Tensor> tensors = new TreeMap<>(below.tensors());
        tensors.putAll(above.heads());
        return new StackedSource(label, below, above, Collections.unmodifiableSequencedMap(tensors));
    }

    @Override
    public boolean isWhole() {
        return true;
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
    public SequencedMap<String, Tensor> heads() {
        return above.heads();
    }

    @Override
    public List<String> doubts() {
        return Stream.concat(below.doubts().stream(), above.doubts().stream()).toList();
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
    public ModelTensor tensor(String name, Shape shape, Optional<ModelTensor.Weights> base) {
        if (above.heads().containsKey(name)) {
            return above.headOn(name)
                    .<ModelTensor>map(embedding -> {
                        ModelTensor.Weights tied = below.weights(embedding, shape);
                        return ChangedWeights.of(tied, above.tensor(name, shape, Optional.of(tied)));
                    })
                    .orElseGet(() -> above.tensor(name, shape, Optional.empty()));
        }
        ModelTensor.Weights own = below.weights(name, shape);
        return above.tensors().containsKey(name)
                ? ChangedWeights.of(own, above.tensor(name, shape, Optional.of(own)))
                : own;
    }

    @Override
    public Optional<MemorySegment> stored(String name) {
        return below.tensors().containsKey(name) && !above.tensors().containsKey(name)
                ? below.stored(name)
                : Optional.empty();
    }

    @Override
    public void close() {
        above.close();
        below.close();
    }
}
