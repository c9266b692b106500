package io.lota4j.train.score;

import io.lota4j.checkpoint.Checkpoint;
import io.lota4j.checkpoint.Shape;
import io.lota4j.mask.DeltaSource;
import io.lota4j.mask.Mask;
import io.lota4j.mask.Wording;
import java.lang.foreign.MemorySegment;
import java.util.SequencedMap;

/// The base's own weights, whose absolute values are [Score#MAGNITUDE], one tensor at a time.
final class Magnitudes implements DeltaSource {
    private static final Wording WORDING =
            new Wording("weight", "values", "Choose another pool", "The base holds it like this.");

    private final Checkpoint base;
    private final SequencedMap<String, Shape> shapes;
    private final Buffer buffer;

    /// @param among says which tensors; they need not be a decoder's
    Magnitudes(Checkpoint base, Mask among) {
        this.base = base;
        this.shapes = Buffer.shapes(among);
        this.buffer = new Buffer(shapes);
    }

    @Override
    public SequencedMap<String, Shape> tensors() {
        return shapes;
    }

    @Override
    public MemorySegment delta(String name) {
        MemorySegment weights = buffer.of(name);
        base.read(name, weights);
        return weights;
    }

    @Override
    public Wording wording() {
        return WORDING;
    }
}
