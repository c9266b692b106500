package io.lota4j.internal.merge.recipe;

import io.lota4j.internal.Text;
import io.lota4j.internal.merge.Parameter;
import io.lota4j.internal.yaml.RecipeKeys;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Holds a recipe's parameters against those that its method takes.
record ParameterCheck(List<Parameter> parameters, String method, RecipeKeys keys) {
    /// What mergekit's recipes say of how it computes, not of what.
    private static final Set<String> WITHOUT_EFFECT = Set.of("int8_mask");

    /// @param ofModel whether the table is one model's
    /// @param tensors the names that its filters are held against
    void check(ParameterTable table, boolean ofModel, Collection<String> tensors) {
        table.entries().forEach((name, entry) -> {
            String where = RecipeKeys.within(table.where(), name);
            Optional<Parameter> parameter =
                    parameters.stream().filter(p -> p.name().equals(name)).findFirst();
            if (parameter.isPresent()) {
                checkPlace(parameter.get(), where, ofModel, entry.line());
                checkRange(parameter.get(), where, entry);
                checkFilters(where, entry, tensors);
            } else if (!WITHOUT_EFFECT.contains(name)) {
                keys.error(
                        entry.line(),
                        Text.format("unknown parameter '%s' of merge_method %s; %s", where, method, hint(name)));
            }
        });
    }

    private String hint(String name) {
        List<String> known = parameters.stream().map(Parameter::name).toList();
        return known.isEmpty() ? "it takes none" : RecipeKeys.hint(name, known);
    }

    private void checkPlace(Parameter parameter, String where, boolean ofModel, int line) {
        if (ofModel && !parameter.perModel()) {
            keys.error(
                    line,
                    Text.format(
                            "%s: there is one value for all models; put it under 'parameters' of the recipe", where));
        }
    }

    private void checkRange(Parameter parameter, String where, ParameterTable.Entry entry) {
        entry.setting()
                .values()
                .filter(value -> !parameter.allows(value))
                .findFirst()
                .ifPresent(value -> keys.error(
                        entry.line(),
                        Text.format("%s must be %s, found %s", where, parameter.range(), Parameter.text(value))));
    }

    private void checkFilters(String where, ParameterTable.Entry entry, Collection<String> tensors) {
        if (!(entry.setting() instanceof ParameterSetting.Filtered filtered)) {
            return;
        }
        for (ParameterSetting.Condition condition : filtered.conditions()) {
            if (tensors.stream().noneMatch(condition::fits)) {
                keys.warn(
                        entry.line(),
                        Text.format(
                                "%s: no tensor's name contains '%s'",
                                where, condition.filter().orElse("")));
            }
        }
    }
}
