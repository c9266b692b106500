package io.lota4j.internal.mask;

import io.lota4j.checkpoint.Shape;
import java.lang.foreign.MemorySegment;
import java.util.SequencedMap;

/// Fine-tuned minus base weights, or other scores, a part of a tensor at a time; selection reads all of them several
/// times.
public interface TensorValues {
    /// The pool: each tensor's name and shape.
    SequencedMap<String, Shape> tensors();

    /// Reads some deltas of one tensor.
    ///
    /// @param name one of [#tensors()]
    /// @param first flat, row-major index of the first of them
    /// @param target little-endian F32, for as many as are wanted, at any alignment; every one is written
    void read(String name, long first, MemorySegment target);

    /// How messages speak of these values.
    default ScoreWords wording() {
        return ScoreWords.DELTAS;
    }
}
