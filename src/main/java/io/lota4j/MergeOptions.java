package io.lota4j;

import io.lota4j.merge.Compat;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// How tickets are merged.
///
/// @param method its name, as `lota merge --method` takes it
/// @param compat whose reading of the method
/// @param parameters each with one value for all tickets or one for each; a weight that is not given is 1
/// @param seed of methods that draw weights
public record MergeOptions(String method, Compat compat, Map<String, List<Double>> parameters, long seed) {
    /// Copies the parameters.
    public MergeOptions {
        Map<String, List<Double>> copy = new LinkedHashMap<>();
        parameters.forEach((name, values) -> copy.put(name, List.copyOf(values)));
        parameters = Collections.unmodifiableMap(copy);
    }

    /// By a method as its paper has it, with its default parameters.
    public static MergeOptions by(String method) {
        return new MergeOptions(method, Compat.PAPER, Map.of(), 0);
    }

    /// The same with a parameter.
    ///
    /// @param values one for all tickets, or one for each
    public MergeOptions with(String parameter, double... values) {
        Map<String, List<Double>> more = new LinkedHashMap<>(parameters);
        more.put(parameter, Arrays.stream(values).boxed().toList());
        return new MergeOptions(method, compat, more, seed);
    }

    /// The same as somebody else reads the method.
    public MergeOptions compat(Compat other) {
        return new MergeOptions(method, other, parameters, seed);
    }

    /// The same with another seed.
    public MergeOptions seed(long other) {
        return new MergeOptions(method, compat, parameters, other);
    }
}
