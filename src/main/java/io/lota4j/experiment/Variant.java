package io.lota4j.experiment;

import io.lota4j.train.Ranges;
import java.util.OptionalDouble;

/// One method with all its settings.
///
/// @param label in tables: everything but the learning rate
/// @param kind the word of the recipe, such as `lotto`
/// @param method what is done
/// @param lr learning rate of training
public record Variant(String label, String kind, Method method, double lr) {
    /// @throws io.lota4j.LotaException if the learning rate is not over 0 and finite
    public Variant {
        new Ranges().positive(lr, "learning rate").requireNone();
    }

    /// Frozen share of the pool, where a mask is chosen.
    OptionalDouble sparsity() {
        return method instanceof Method.Sparse sparse ? OptionalDouble.of(sparse.sparsity()) : OptionalDouble.empty();
    }
}
