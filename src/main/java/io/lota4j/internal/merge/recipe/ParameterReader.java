package io.lota4j.internal.merge.recipe;

import io.lota4j.internal.Text;
import io.lota4j.internal.yaml.RecipeKeys;
import io.lota4j.internal.yaml.Yaml;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/// Reads `parameters` mappings: scalars, gradients, and either behind filters.
record ParameterReader(RecipeKeys keys) {
    private static final String PARAMETERS = "parameters";
    private static final String FILTER = "filter";
    private static final String VALUE = "value";
    private static final Set<String> TRUE = Set.of("true", "yes", "on");
    private static final Set<String> FALSE = Set.of("false", "no", "off");

    /// The `parameters` of a mapping; an empty table when it has none.
    ParameterTable table(Yaml.Mapping mapping, String where) {
        String place = RecipeKeys.within(where, PARAMETERS);
        LinkedHashMap<String, ParameterTable.Entry> entries = new LinkedHashMap<>();
        RecipeKeys.value(mapping, PARAMETERS)
                .flatMap(value -> keys.mapping(value, place))
                .ifPresent(table -> table.entries()
                        .forEach((name, value) -> entries.put(
                                name,
                                new ParameterTable.Entry(
                                        setting(value, RecipeKeys.within(place, name))
                                                .orElseGet(ParameterSetting.Unread::new),
                                        value.line()))));
        return new ParameterTable(place, entries);
    }

    private Optional<ParameterSetting> setting(Yaml value, String where) {
        return switch (value) {
            case Yaml.Mapping one -> condition(one, where).map(c -> new ParameterSetting.Filtered(List.of(c)));
            case Yaml.Items list
            when list.items().stream().anyMatch(Yaml.Mapping.class::isInstance) -> filtered(list, where);
            default -> plain(value, where);
        };
    }

    private Optional<ParameterSetting> filtered(Yaml.Items list, String where) {
        int before = keys.problems().errors();
        List<ParameterSetting.Condition> conditions = new ArrayList<>();
        for (int i = 0; i < list.items().size(); i++) {
            String place = Text.format("%s[%d]", where, i);
            keys.mapping(list.items().get(i), place)
                    .flatMap(mapping -> condition(mapping, place))
                    .ifPresent(conditions::add);
        }
        return keys.problems().errors() == before
                ? Optional.of(new ParameterSetting.Filtered(conditions))
                : Optional.empty();
    }

    private Optional<ParameterSetting.Condition> condition(Yaml.Mapping mapping, String where) {
        keys.refuseOthers(mapping, where, List.of(FILTER, VALUE), Set.of());
        Optional<Yaml> value = RecipeKeys.value(mapping, VALUE);
        if (value.isEmpty()) {
            keys.error(mapping, Text.format("%s needs the key 'value'", where));
            return Optional.empty();
        }
        return plain(value.get(), RecipeKeys.within(where, VALUE))
                .map(plain -> new ParameterSetting.Condition(
                        keys.text(mapping, where, FILTER).map(Yaml.Text::text), plain));
    }

    private Optional<ParameterSetting> plain(Yaml value, String where) {
        if (!(value instanceof Yaml.Items list)) {
            return number(value, where).map(ParameterSetting.Scalar::new);
        }
        List<Double> points = new ArrayList<>();
        for (Yaml item : list.items()) {
            number(item, where).ifPresent(points::add);
        }
        if (points.size() < list.items().size()) {
            return Optional.empty();
        }
        if (list.items().isEmpty()) {
            keys.error(list, Text.format("%s is an empty list", where));
        }
        if (list.items().size() == 1) {
            keys.warn(list.line(), Text.format("%s is a gradient of one value, which is the same as the value", where));
        }
        return points.isEmpty() ? Optional.empty() : Optional.of(new ParameterSetting.Gradient(points));
    }

    private Optional<Double> number(Yaml value, String where) {
        if (value instanceof Yaml.Text(String text, int line)) {
            OptionalDouble number = number(text.strip());
            if (number.isPresent()) {
                return Optional.of(number.getAsDouble());
            }
        }
        keys.error(
                value,
                Text.format(
                        "%s must be a number, true or false, a list of numbers, or values with filters, found %s",
                        where, value.kind()));
        return Optional.empty();
    }

    private static OptionalDouble number(String text) {
        String word = text.toLowerCase(Locale.ROOT);
        if (TRUE.contains(word) || FALSE.contains(word)) {
            return OptionalDouble.of(TRUE.contains(word) ? 1 : 0);
        }
        // Not what only Java calls a number: `1f`, `0x1p3`, `NaN`.
        if (!text.matches("[-+]?([0-9][0-9_]*)?\\.?[0-9]*([eE][-+]?[0-9]+)?") || !text.matches(".*[0-9].*")) {
            return OptionalDouble.empty();
        }
        try {
            double number = Double.parseDouble(text.replace("_", ""));
            return Double.isFinite(number) ? OptionalDouble.of(number) : OptionalDouble.empty();
        } catch (NumberFormatException e) {
            return OptionalDouble.empty();
        }
    }
}
