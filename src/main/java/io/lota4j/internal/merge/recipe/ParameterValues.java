package io.lota4j.internal.merge.recipe;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.merge.MergeMethod;
import io.lota4j.internal.merge.Parameter;
import io.lota4j.internal.merge.Settings;
import io.lota4j.internal.yaml.Problems;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Stream;

/// Evaluates a recipe's parameters: what is said of a model in a slice comes before what is said of the slice,
/// of the module and of the whole merge. A setting whose filters leave a tensor out says nothing about it.
final class ParameterValues {
    private final MergeRecipe recipe;
    private final MergeMethod method;
    private final List<Parameter> parameters;
    private final Problems problems;
    private final Set<Settings> checked = new HashSet<>();
    /// What is missing, with the first tensor that needs it and how many do.
    private final Map<String, Missing> missing = new LinkedHashMap<>();

    private record Missing(String first, int count) {
        Missing more() {
            return new Missing(first, count + 1);
        }
    }

    ParameterValues(MergeRecipe recipe, MergeMethod method, List<Parameter> parameters, Problems problems) {
        this.recipe = recipe;
        this.method = method;
        this.parameters = parameters;
        this.problems = problems;
    }

    /// Empty when a parameter has no value or the values do not go together.
    Optional<Settings> at(ResultTensor place) {
        Map<String, Double> values = new HashMap<>();
        List<Map<String, Double>> modelValues = new ArrayList<>();
        boolean whole = fill(values, false, place, place.name(), Optional.empty());
        for (SliceModels.Source source : place.part().sources()) {
            Map<String, Double> own = new HashMap<>();
            whole &= fill(own, true, place, place.nameIn(source), Optional.of(source));
            modelValues.add(own);
        }
        return whole ? Optional.of(new Settings(values, modelValues)).filter(this::holds) : Optional.empty();
    }

    private boolean fill(
            Map<String, Double> into,
            boolean perModel,
            ResultTensor place,
            String tensor,
            Optional<SliceModels.Source> source) {
        boolean whole = true;
        for (Parameter parameter : parameters) {
            if (parameter.perModel() != perModel) {
                continue;
            }
            OptionalDouble value = find(parameter, place, tensor, source);
            if (isUnread(parameter, place, source)) {
                whole = false;
            } else if (value.isPresent()) {
                into.put(parameter.name(), value.getAsDouble());
            } else {
                whole = false;
                String what = Text.format(
                        "parameter '%s'%s",
                        parameter.name(), source.map(s -> " of " + s.member()).orElse(""));
                missing.merge(what, new Missing(tensor, 1), (known, one) -> known.more());
            }
        }
        return whole;
    }

    private OptionalDouble find(
            Parameter parameter, ResultTensor place, String tensor, Optional<SliceModels.Source> source) {
        return tables(place, source)
                .map(table -> table.at(parameter.name(), tensor, place.t()))
                .filter(OptionalDouble::isPresent)
                .findFirst()
                .orElse(parameter.defaultValue());
    }

    private Stream<ParameterTable> tables(ResultTensor place, Optional<SliceModels.Source> source) {
        return Stream.concat(
                source.map(SliceModels.Source::parameters).stream(),
                Stream.of(place.part().parameters(), recipe.module(), recipe.parameters()));
    }

    /// What could not be read was told: it is not missing as well.
    private boolean isUnread(Parameter parameter, ResultTensor place, Optional<SliceModels.Source> source) {
        return tables(place, source).anyMatch(table -> table.isUnread(parameter.name()));
    }

    /// Values out of range were told.
    private boolean areAllowed(Settings settings) {
        return parameters.stream()
                .allMatch(parameter -> Stream.concat(Stream.of(settings.values()), settings.modelValues().stream())
                        .flatMap(values -> Stream.ofNullable(values.get(parameter.name())))
                        .allMatch(parameter::allows));
    }

    private boolean holds(Settings settings) {
        if (!areAllowed(settings) || !checked.add(settings)) {
            return true;
        }
        try {
            method.check(recipe.compat(), settings);
            return true;
        } catch (LotaException e) {
            problems.error(Text.format("%s: %s", recipe.file(), e.getMessage()));
            return false;
        }
    }

    /// Tells what had no value.
    void tellMissing() {
        missing.forEach((what, tensors) -> problems.error(Text.format(
                "%s: %s is missing: merge_method %s needs it for %d tensors, such as %s",
                recipe.file(), what, method.name(), tensors.count(), tensors.first())));
    }
}
