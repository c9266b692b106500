package io.lota4j.merge.recipe;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// A slice with its models opened and its base set apart.
///
/// @param sources without the base
/// @param base its parameters are not looked at; empty when neither the method nor a delta needs one
/// @param parameters the slice's own
record Part(List<Source> sources, Optional<Source> base, ParameterTable parameters) {
    /// A model in a part.
    ///
    /// @param layers which of its layers; all of them when empty
    record Source(Member member, Optional<LayerRange> layers, ParameterTable parameters) {}

    /// Whose tensors the result has: the base, or else the first whole model.
    Optional<Source> reference() {
        return Stream.concat(base.stream(), sources.stream())
                .filter(source -> source.member().isWhole())
                .findFirst();
    }

    /// The sources and behind them the base.
    List<Source> all() {
        return Stream.concat(sources.stream(), base.stream()).toList();
    }
}
