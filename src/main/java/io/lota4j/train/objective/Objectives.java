package io.lota4j.train.objective;

import io.lota4j.LotaException;
import io.lota4j.internal.Suggestions;
import io.lota4j.internal.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/// The objectives there are.
public final class Objectives {
    private static final SequencedMap<String, Definition> BY_NAME = new LinkedHashMap<>();

    static {
        List.of(Sft.DEFINITION, WeightedSft.DEFINITION, ConstrainedSft.DEFINITION, Dpo.DEFINITION, Ipo.DEFINITION)
                .forEach(definition -> BY_NAME.put(definition.name(), definition));
    }

    private Objectives() {}

    /// An objective before its parameters have values.
    ///
    /// @param name as options, recipes and settings name it
    /// @param parameters that it takes
    /// @param maker makes it from the parameters' values
    record Definition(String name, List<Parameter> parameters, Maker maker) {
        Definition {
            parameters = List.copyOf(parameters);
        }
    }

    /// Makes an objective from the values of its parameters.
    interface Maker {
        Objective of(ToDoubleFunction<Parameter> values);
    }

    /// Their names, as options and recipes write them.
    public static List<String> names() {
        return List.copyOf(BY_NAME.keySet());
    }

    /// The names of all their parameters.
    public static List<String> parameters() {
        return BY_NAME.values().stream()
                .flatMap(definition -> definition.parameters().stream())
                .map(Parameter::name)
                .distinct()
                .toList();
    }

    /// The names of the objectives that take a parameter.
    public static List<String> taking(String parameter) {
        return BY_NAME.values().stream()
                .filter(definition ->
                        definition.parameters().stream().anyMatch(p -> p.name().equals(parameter)))
                .map(Definition::name)
                .toList();
    }

    /// The objective with a name.
    ///
    /// @param values of its parameters by name; those that are not there have their defaults
    /// @throws LotaException when there is none of the name, it does not take a parameter, or a value is out of its
    ///     range
    public static Objective of(String name, Map<String, Double> values) {
        Definition definition = BY_NAME.get(name);
        if (definition == null) {
            throw new LotaException(Text.format(
                    "There is no objective '%s'; known are %s.%s",
                    name, String.join(", ", names()), Suggestions.hint(name, names())));
        }
        List<String> problems = new ArrayList<>();
        for (String given : values.keySet()) {
            if (definition.parameters().stream().noneMatch(p -> p.name().equals(given))) {
                problems.add(foreign(definition, given));
            }
        }
        if (!problems.isEmpty()) {
            throw new LotaException(String.join("\n", problems));
        }
        return definition.maker().of(p -> values.getOrDefault(p.name(), p.byDefault()));
    }

    private static String foreign(Definition definition, String parameter) {
        List<String> takers = taking(parameter);
        String known = definition.parameters().isEmpty()
                ? "no parameters"
                : definition.parameters().stream().map(Parameter::name).collect(Collectors.joining(", "));
        return takers.isEmpty()
                ? Text.format(
                        "The objective '%s' has no parameter '%s'; it has %s.", definition.name(), parameter, known)
                : Text.format(
                        "The objective '%s' has no parameter '%s', which is for %s; it has %s.",
                        definition.name(), parameter, String.join(" and ", takers), known);
    }
}
