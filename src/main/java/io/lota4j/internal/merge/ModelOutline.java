package io.lota4j.internal.merge;

import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/// What is known about a model of a merge from headers alone: enough to plan.
public interface ModelOutline {
    /// What a header says about one tensor.
    ///
    /// @param shape of the weights, for a delta as well
    /// @param dtype of the stored weights; of a delta, the base's, or F32 when it does not say
    record Tensor(Shape shape, DType dtype) {}

    /// As the recipe writes it, for messages.
    String label();

    /// Whether it has weights of its own. Otherwise it has deltas, and leaves a tensor that it does not name
    /// as the base has it.
    boolean isWhole();

    /// Its tensors by name, sorted. A directory's are those of its files; a delta's are those that it changes,
    /// under the names of the base.
    SequencedMap<String, Tensor> tensors();

    /// The directory with `config.json` and the tokenizer; empty for a ticket or an adapter on its own.
    Optional<Path> directory();

    /// What it names but cannot be used, such as an adapter's targets that are no tensors of the base, one by
    /// one.
    List<String> unmatched();

    /// Heads among the tensors that an adapter brings for a checkpoint without one, which ties it to its embedding.
    default SequencedMap<String, Tensor> heads() {
        return Collections.emptyNavigableMap();
    }

    /// The bytes of a tensor as they are stored; empty where the model has none of its own or computes with them.
    default Optional<MemorySegment> stored(String name) {
        return Optional.empty();
    }

    /// What may not be meant though all of it can be used, a sentence each.
    default List<String> doubts() {
        return List.of();
    }
}
