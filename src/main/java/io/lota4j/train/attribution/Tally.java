package io.lota4j.train.attribution;

import io.lota4j.internal.mask.DeltaSource;
import io.lota4j.internal.mask.Wording;
import io.lota4j.internal.model.GradientSink;
import io.lota4j.internal.model.PackedBatch;

/// A score that is added up example by example, and read when all have been seen.
interface Tally extends GradientSink, DeltaSource, AutoCloseable {
    /// How messages speak of it.
    Wording WORDING = new Wording(
            "score",
            "scores",
            "Score more rows",
            "A weight of the base, or a value in the passes over the data, is so too.");

    /// The next pass is over this example alone.
    void begin(PackedBatch example);

    /// The example's pass is over.
    void end();

    @Override
    default Wording wording() {
        return WORDING;
    }

    @Override
    void close();
}
