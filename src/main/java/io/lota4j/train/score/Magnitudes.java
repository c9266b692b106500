package io.lota4j.train.score;

import io.lota4j.checkpoint.Checkpoint;
import io.lota4j.checkpoint.Shape;
import io.lota4j.mask.DeltaSource;
import io.lota4j.mask.Mask;
import io.lota4j.mask.Wording;
import java.lang.foreign.MemorySegment;
import java.util.SequencedMap;

/// The base's own weights, whose absolute values are [Score#MAGNITUDE].
final class Magnitudes implements DeltaSource {
    private static final Wording WORDING =
            new Wording("weight", "values", "Choose another pool", "The base holds it like this.");

    private final Checkpoint base;
    private final SequencedMap<String, Shape> shapes;

    /// @param among says which tensors; they need not be a decoder's
    Magnitudes(Checkpoint base, Mask among) {
        this.base = base;
        this.shapes = among.shapes();
    }

    @Override
    public SequencedMap<String, Shape> tensors() {
        return shapes;
    }

    @Override
    public void read(String name, long first, MemorySegment target) {
        base.read(name, first, target);
    }

    @Override
    public Wording wording() {
        return WORDING;
    }
}
