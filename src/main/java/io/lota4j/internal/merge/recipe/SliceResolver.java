package io.lota4j.internal.merge.recipe;

import io.lota4j.internal.Text;
import io.lota4j.internal.merge.MergeMethod;
import io.lota4j.internal.merge.ModelReference;
import io.lota4j.internal.yaml.RecipeKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Puts a recipe's slices and the opened models together, as far as they fit.
record SliceResolver(MergeRecipe recipe, MergeMethod method, OpenModels members, RecipeKeys keys) {
    List<SliceModels> build() {
        List<SliceModels> parts = new ArrayList<>();
        for (MergeRecipe.Slice slice : recipe.slices()) {
            part(slice).ifPresent(parts::add);
        }
        return parts;
    }

    private Optional<SliceModels> part(MergeRecipe.Slice slice) {
        int line = slice.sources().getFirst().line();
        Optional<ModelReference> base = base(slice, line);
        List<SliceModels.Source> sources = new ArrayList<>();
        Optional<SliceModels.Source> listedBase = Optional.empty();
        boolean apart = method.base() != MergeMethod.Base.NONE;
        for (MergeRecipe.Source source : slice.sources()) {
            refuseTwice(slice, source);
            Optional<SliceModels.Source> opened = source(source);
            if (apart && base.isPresent() && base.get().isSame(source.model())) {
                listedBase = opened;
                warnOfParameters(source);
            } else {
                opened.ifPresent(sources::add);
            }
        }
        checkLengths(slice);
        checkCount(slice, apart ? base : Optional.empty());
        Optional<SliceModels.Source> whole = listedBase.or(() -> base.flatMap(reference -> unlisted(slice, reference)));
        if (sources.isEmpty()) {
            return Optional.empty();
        }
        SliceModels part = new SliceModels(sources, whole, slice.parameters());
        part.reference().ifPresent(reference -> checkDepths(part, reference, line));
        return Optional.of(part);
    }

    /// Whole models without a range must be equally deep.
    private void checkDepths(SliceModels part, SliceModels.Source reference, int line) {
        for (SliceModels.Source source : part.sources()) {
            OptionalInt expected = reference.member().layers();
            OptionalInt found = source.member().layers();
            if (isWhole()
                    && source.layers().isEmpty()
                    && source.member().isWhole()
                    && expected.isPresent()
                    && found.isPresent()
                    && expected.getAsInt() != found.getAsInt()) {
                keys.error(
                        line,
                        Text.format(
                                "%s has %d layers, but %s has %d; use slices to choose",
                                source.member(), found.getAsInt(), reference.member(), expected.getAsInt()));
            }
        }
    }

    private void warnOfParameters(MergeRecipe.Source source) {
        if (!source.parameters().entries().isEmpty()) {
            keys.warn(
                    source.line(),
                    Text.format(
                            "%s: %s is the base; its parameters have no effect",
                            source.parameters().where(), source.model().label()));
        }
    }

    private Optional<ModelReference> base(MergeRecipe.Slice slice, int line) {
        Optional<ModelReference> base = recipe.baseOf(slice);
        if (method.base() == MergeMethod.Base.REQUIRED && base.isEmpty() && isWhole()) {
            keys.error(line, Text.format("merge_method %s needs a base_model", method.name()));
        }
        if (method.base() != MergeMethod.Base.NONE || base.isEmpty() || hasDeltas(slice)) {
            return base;
        }
        boolean listed =
                slice.sources().stream().anyMatch(source -> source.model().isSame(base.get()));
        boolean isSlice = slice.sources().getFirst().layers().isPresent();
        if (!listed && !isSlice) {
            keys.error(
                    line,
                    Text.format(
                            "merge_method %s takes no base: list %s under models to merge it, or leave base_model out",
                            method.name(), base.get().label()));
        }
        return Optional.empty();
    }

    /// Deltas become weights on the base, also for a method that takes none.
    private boolean hasDeltas(MergeRecipe.Slice slice) {
        return slice.sources().stream()
                .flatMap(source -> members.of(source.model()).stream())
                .anyMatch(member -> !member.isWhole());
    }

    private void refuseTwice(MergeRecipe.Slice slice, MergeRecipe.Source source) {
        boolean twice = slice.sources().stream()
                .anyMatch(other -> other != source
                        && other.line() <= source.line()
                        && other.model().isSame(source.model())
                        && other.layers().equals(source.layers()));
        if (twice) {
            keys.error(
                    source.line(),
                    Text.format(
                            "%s is listed twice; give it once, with the sum of the weights",
                            source.model().label()));
        }
    }

    private Optional<SliceModels.Source> source(MergeRecipe.Source source) {
        Optional<OpenModel> member = members.of(source.model());
        member.ifPresent(opened -> checkRange(source, opened));
        return member.map(opened -> new SliceModels.Source(opened, source.layers(), source.parameters()));
    }

    private void checkRange(MergeRecipe.Source source, OpenModel member) {
        if (source.layers().isEmpty()) {
            return;
        }
        Optional<OpenModel> counted =
                member.isWhole() ? Optional.of(member) : recipe.base().flatMap(members::of);
        OptionalInt layers = counted.map(OpenModel::layers).orElse(OptionalInt.empty());
        if (layers.isEmpty()) {
            keys.error(source.line(), Text.format("%s: cannot tell which of its tensors are layers", member));
        } else if (source.layers().get().to() > layers.getAsInt()) {
            keys.error(
                    source.line(),
                    Text.format(
                            "layer_range %s: %s has %d layers", source.layers().get(), member, layers.getAsInt()));
        }
    }

    private void checkLengths(MergeRecipe.Slice slice) {
        List<Integer> lengths = slice.sources().stream()
                .flatMap(source -> source.layers().stream())
                .map(LayerRange::length)
                .distinct()
                .toList();
        if (lengths.size() > 1) {
            keys.error(
                    slice.sources().getFirst().line(),
                    Text.format("the sources of a slice must have equally many layers, found %s", lengths));
        }
    }

    private void checkCount(MergeRecipe.Slice slice, Optional<ModelReference> base) {
        long count = slice.sources().stream()
                .filter(source -> base.isEmpty() || !base.get().isSame(source.model()))
                .count();
        if (isWhole() && (count < method.leastModels() || count > method.mostModels())) {
            keys.error(
                    slice.sources().getFirst().line(),
                    Text.format(
                            "merge_method %s merges %s%s, found %d",
                            method.name(), counts(), base.isPresent() ? " besides the base" : "", count));
        }
    }

    /// What could not be read or opened is not missing as well.
    private boolean isWhole() {
        return !keys.problems().hasLostModels();
    }

    private String counts() {
        int least = method.leastModels();
        int most = method.mostModels();
        String models = least == 1 && (most == 1 || most == Integer.MAX_VALUE) ? "model" : "models";
        if (most == Integer.MAX_VALUE) {
            return Text.format("at least %d %s", least, models);
        }
        return least == most ? Text.format("%d %s", least, models) : Text.format("%d to %d %s", least, most, models);
    }

    /// A base that is no source of a slice has the same layers as the sources, if those agree.
    private Optional<SliceModels.Source> unlisted(MergeRecipe.Slice slice, ModelReference base) {
        List<Optional<LayerRange>> ranges = slice.sources().stream()
                .map(MergeRecipe.Source::layers)
                .distinct()
                .toList();
        if (ranges.size() > 1 && !isWhole()) {
            return Optional.empty();
        }
        if (ranges.size() > 1) {
            keys.error(
                    slice.sources().getFirst().line(),
                    Text.format(
                            "the sources of this slice have different layers; list the base %s with its layer_range as"
                                    + " well",
                            base.label()));
            return Optional.empty();
        }
        return members.of(base)
                .map(member -> new SliceModels.Source(member, ranges.getFirst(), ParameterTable.empty("base_model")));
    }
}
