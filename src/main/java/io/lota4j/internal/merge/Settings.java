package io.lota4j.internal.merge;

import java.util.List;
import java.util.Map;

/// The values of a method's parameters for one tensor: every parameter that the method declares has one.
///
/// @param values of the parameters that there is one of, by name
/// @param modelValues of the parameters that each model has its own of, in the order of the models
public record Settings(Map<String, Double> values, List<Map<String, Double>> modelValues) {
    public Settings {
        values = Map.copyOf(values);
        modelValues = modelValues.stream().map(Map::copyOf).toList();
    }

    /// @throws IllegalArgumentException when the method declares no such parameter
    public double number(String parameter) {
        return known(values, parameter);
    }

    /// @throws IllegalArgumentException when the method declares no such parameter
    public boolean flag(String parameter) {
        return number(parameter) != 0;
    }

    /// @param model its place among the models
    /// @throws IllegalArgumentException when the method declares no such parameter for each model
    public double number(String parameter, int model) {
        return known(modelValues.get(model), parameter);
    }

    private static double known(Map<String, Double> values, String parameter) {
        Double value = values.get(parameter);
        if (value == null) {
            throw new IllegalArgumentException("no parameter " + parameter + " among " + values.keySet());
        }
        return value;
    }
}
