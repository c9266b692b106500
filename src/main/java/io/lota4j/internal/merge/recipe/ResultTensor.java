package io.lota4j.internal.merge.recipe;

import java.util.Optional;

/// A tensor of the result and where its models have it.
///
/// @param name in the result
/// @param part which models it is made from
/// @param t the layer's place in its part for gradients: 0 is the first, 1 the last
/// @param layer where models may have it in another layer; empty where they have it under the same name
record ResultTensor(String name, SliceModels part, double t, Optional<Layer> layer) {
    /// A tensor in a slice's layer.
    ///
    /// @param offset of the layer in its slice
    /// @param rest of the name, behind the layer's number
    record Layer(int offset, String rest) {}

    /// The name in a model.
    String nameIn(SliceModels.Source source) {
        if (layer.isEmpty()) {
            return name;
        }
        int index =
                source.layers().map(LayerRange::from).orElse(0) + layer.get().offset();
        return stack(source) + index + layer.get().rest();
    }

    /// A delta has the names of the base.
    private String stack(SliceModels.Source source) {
        Optional<OpenModel> named = source.member().isWhole()
                ? Optional.of(source.member())
                : part.reference().map(SliceModels.Source::member);
        return named.flatMap(OpenModel::stack).orElse("");
    }
}
