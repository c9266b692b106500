package io.lota4j.train.attribution;

import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.mask.Complement;
import io.lota4j.internal.mask.ScoreWords;
import io.lota4j.internal.mask.TensorValues;
import io.lota4j.internal.mask.TopK;
import io.lota4j.internal.train.Provenance;
import io.lota4j.mask.Mask;
import io.lota4j.mask.Scope;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.SequencedMap;

/// abs(w).
public record Magnitude() implements Attribution.OfBase {
    private static final ScoreWords WORDING =
            new ScoreWords("weight", "values", "Choose another pool", "The base holds it like this.");

    @Override
    public String name() {
        return "magnitude";
    }

    @Override
    public String meaning() {
        return "the size of the weight (no data)";
    }

    @Override
    public boolean isDrawn() {
        return false;
    }

    @Override
    public Mask mask(Checkpoint base, Mask among, double sparsity, Scope scope, long seed) {
        Map<String, String> origin = Provenance.of("calibrate");
        origin.put("score", name());
        origin.putAll(Complement.origin(among));
        return TopK.select(new Weights(base, among.shapes()), sparsity, scope, among, origin);
    }

    /// The base's own weights; the tensors need not be a decoder's.
    private record Weights(Checkpoint base, SequencedMap<String, Shape> tensors) implements TensorValues {
        @Override
        public void read(String name, long first, MemorySegment target) {
            base.read(name, first, target);
        }

        @Override
        public ScoreWords wording() {
            return WORDING;
        }
    }
}
