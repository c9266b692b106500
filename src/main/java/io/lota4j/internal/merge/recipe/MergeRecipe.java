package io.lota4j.internal.merge.recipe;

import io.lota4j.checkpoint.DType;
import io.lota4j.internal.merge.ModelReference;
import io.lota4j.internal.yaml.Yaml;
import io.lota4j.merge.Compat;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// What a recipe says, before any model is looked at. What could not be read is a problem and left out.
///
/// @param file where it was read
/// @param method as written, with its line; empty when it names none
/// @param base the base model
/// @param slices the result's parts in order; a recipe with `models` has one, without layer ranges
/// @param module parameters of the one module, where the recipe has `modules`
/// @param parameters parameters of the whole merge
/// @param dtype stored type of the result's weights unless `outDtype` says another
/// @param outDtype stored type of the result's weights
/// @param tokenizer which tokenizer the result gets
/// @param chatTemplate `auto`, a name or Jinja
/// @param compat whose reading of the method is followed
/// @param seed of random methods
record MergeRecipe(
        Path file,
        Optional<Yaml.Text> method,
        Optional<ModelReference> base,
        List<Slice> slices,
        ParameterTable module,
        ParameterTable parameters,
        Optional<DType> dtype,
        Optional<DType> outDtype,
        TokenizerChoice tokenizer,
        Optional<Yaml.Text> chatTemplate,
        Compat compat,
        long seed) {
    /// Layers of the result that are made from the same layers of its sources.
    ///
    /// @param sources at least one
    /// @param base instead of the recipe's
    record Slice(List<Source> sources, Optional<ModelReference> base, ParameterTable parameters) {}

    /// A model in a slice.
    ///
    /// @param model where it is
    /// @param layers which layers; all of them when empty
    /// @param line where the recipe names it
    record Source(ModelReference model, Optional<LayerRange> layers, ParameterTable parameters, int line) {}

    /// The base of a slice.
    Optional<ModelReference> baseOf(Slice slice) {
        return slice.base().or(() -> base);
    }

    /// The same with another type of the result's weights.
    MergeRecipe storedAs(DType type) {
        return new MergeRecipe(
                file,
                method,
                base,
                slices,
                module,
                parameters,
                dtype,
                Optional.of(type),
                tokenizer,
                chatTemplate,
                compat,
                seed);
    }

    /// The type that every weight of the result is stored in; empty when each keeps its base's.
    Optional<DType> storedType() {
        return outDtype.or(() -> dtype);
    }
}
