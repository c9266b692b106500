package io.lota4j.internal.merge;

import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// One merge by one reading of a method.
@FunctionalInterface
public interface Merger {
    /// Learns what has to be known of a whole tensor, in as many passes over its pieces as that takes.
    ///
    /// @throws io.lota4j.LotaException when there is no merged tensor, such as where a model has NaN and a sum
    ///     over the tensor is needed
    TensorMerge prepare(TensorPieces tensor);

    /// What must be learned from all tensors before any is prepared; empty when every tensor is merged by
    /// itself.
    default Optional<Survey> survey() {
        return Optional.empty();
    }

    /// Learns what [#survey()] asks for; nothing where it is empty.
    ///
    /// @param tensors all of the merge, in ascending order of name, anew for each round
    default void survey(Supplier<Stream<TensorPieces>> tensors) {
        survey().ifPresent(survey -> {
            while (!survey.done()) {
                tensors.get().forEachOrdered(survey::visit);
                survey.endRound();
            }
        });
    }
}
