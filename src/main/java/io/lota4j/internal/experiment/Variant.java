package io.lota4j.internal.experiment;

import io.lota4j.internal.train.Ranges;
import io.lota4j.train.objective.Objective;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/// One method with all its settings.
///
/// @param label in tables: everything but the learning rate
/// @param kind the word of the recipe, such as `lotto`
/// @param method what is done
/// @param lr learning rate of training, or [#AUTO]
/// @param objective of training, or null for the task's or the experiment's
/// @param training where it is trained otherwise than the experiment says, or null
public record Variant(
        String label,
        String kind,
        Method method,
        double lr,
        @Nullable Objective objective,
        @Nullable Training training) {
    /// Stands for a learning rate that is found for every stage, by validation rows.
    public static final double AUTO = 0;

    /// @throws io.lota4j.LotaException if the learning rate is not over 0 and finite, and not [#AUTO]
    public Variant {
        if (lr != AUTO) {
            new Ranges().positive(lr, "learning rate").requireNone();
        }
    }

    /// A method that minimises what the task or the experiment says.
    public Variant(String label, String kind, Method method, double lr) {
        this(label, kind, method, lr, null, null);
    }

    /// Whether some names are of it: its label, its kind, or no name at all, which means every method.
    public boolean isAmong(List<String> names) {
        return names.isEmpty() || names.contains(label) || names.contains(kind);
    }

    /// Whether the learning rate is found.
    public boolean isAuto() {
        return lr == AUTO;
    }

    /// Frozen share of the pool, where a mask is chosen.
    public OptionalDouble sparsity() {
        return method instanceof Method.Sparse sparse ? OptionalDouble.of(sparse.sparsity()) : OptionalDouble.empty();
    }
}
