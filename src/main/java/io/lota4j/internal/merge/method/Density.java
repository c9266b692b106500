package io.lota4j.internal.merge.method;

import io.lota4j.internal.merge.Parameter;
import io.lota4j.internal.merge.Settings;
import io.lota4j.internal.merge.TensorPieces;

/// The share of a model's deltas that is kept.
final class Density {
    private static final String NAME = "density";

    private Density() {}

    /// The parameter, which a recipe must give.
    static Parameter required() {
        return MethodParameters.share(NAME);
    }

    /// The parameter with a default.
    static Parameter or(double defaultValue) {
        return MethodParameters.share(NAME, defaultValue);
    }

    static double of(Settings settings, int model) {
        return settings.number(NAME, model);
    }

    /// How many of a tensor's deltas are kept: density * n rounded down, computed in F64 as the other programs
    /// do.
    static long count(TensorPieces tensor, int model) {
        return (long) (of(tensor.task().settings(), model) * tensor.numel());
    }
}
