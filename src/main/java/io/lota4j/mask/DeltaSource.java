package io.lota4j.mask;

import io.lota4j.checkpoint.Shape;
import java.lang.foreign.MemorySegment;
import java.util.SequencedMap;

/// Fine-tuned minus base weights, or other scores, one tensor at a time; selection reads each tensor several times.
public interface DeltaSource {
    /// The pool: each tensor's name and shape.
    SequencedMap<String, Shape> tensors();

    /// The deltas of one tensor: row-major little-endian F32, as many as the shape has elements. No alignment is
    /// needed.
    ///
    /// @param name one of [#tensors()]
    /// @return memory that is valid until the next call, so that a source may reuse one buffer
    MemorySegment delta(String name);

    /// How messages speak of these values.
    default Wording wording() {
        return Wording.DELTAS;
    }
}
