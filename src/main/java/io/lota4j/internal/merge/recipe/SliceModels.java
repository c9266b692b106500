package io.lota4j.internal.merge.recipe;

import io.lota4j.internal.checkpoint.LayerName;
import io.lota4j.internal.merge.ModelReference;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// A slice with its models opened and its base set apart.
///
/// @param sources without the base
/// @param base its parameters are not looked at; empty when neither the method nor a delta needs one
/// @param parameters the slice's own
record SliceModels(List<Source> sources, Optional<Source> base, ParameterTable parameters) {
    /// A model in a part.
    ///
    /// @param layers which of its layers; all of them when empty
    record Source(OpenModel member, Optional<LayerRange> layers, ParameterTable parameters) {
        private Stream<String> names() {
            return member.outline().tensors().keySet().stream()
                    .filter(name -> layers.isEmpty()
                            || LayerName.of(name)
                                    .filter(layer -> member.stack()
                                            .filter(layer.stack()::equals)
                                            .isPresent())
                                    .filter(layer -> layer.index()
                                                    < layers.get().from()
                                            || layer.index() >= layers.get().to())
                                    .isEmpty());
        }
    }

    /// Whose tensors the result has: the base, or else the first whole model.
    Optional<Source> reference() {
        return Stream.concat(base.stream(), sources.stream())
                .filter(source -> source.member().isWhole())
                .findFirst();
    }

    /// The tensors that a filter of a model in this part is held against: its own, of deltas its base's, in the layers
    /// that are taken and outside of layers.
    List<String> names(ModelReference model) {
        return all().stream()
                .filter(source -> source.member().reference().isSame(model))
                .map(source -> source.member().isWhole() ? source : reference().orElse(source))
                .flatMap(Source::names)
                .distinct()
                .toList();
    }

    /// The sources and behind them the base.
    List<Source> all() {
        return Stream.concat(sources.stream(), base.stream()).toList();
    }
}
