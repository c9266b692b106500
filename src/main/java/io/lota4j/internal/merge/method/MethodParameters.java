package io.lota4j.internal.merge.method;

import io.lota4j.internal.merge.Parameter;
import io.lota4j.internal.merge.Parameter.Kind;
import java.util.OptionalDouble;

/// How the methods say which parameters they take.
final class MethodParameters {
    static final double ANY = Double.MAX_VALUE;

    private MethodParameters() {}

    /// A model's factor, which a recipe must give.
    static Parameter weight() {
        return new Parameter("weight", Kind.NUMBER, true, OptionalDouble.empty(), -ANY, ANY);
    }

    /// A model's factor, 1 where a recipe gives none.
    static Parameter optionalWeight() {
        return new Parameter("weight", Kind.NUMBER, true, OptionalDouble.of(1), -ANY, ANY);
    }

    /// A share of a tensor, for each model.
    static Parameter share(String name) {
        return new Parameter(name, Kind.NUMBER, true, OptionalDouble.empty(), 0, 1);
    }

    /// A share of a tensor, for each model, with a default.
    static Parameter share(String name, double defaultValue) {
        return new Parameter(name, Kind.NUMBER, true, OptionalDouble.of(defaultValue), 0, 1);
    }

    /// What there is one of for a tensor and a recipe must give.
    static Parameter number(String name) {
        return new Parameter(name, Kind.NUMBER, false, OptionalDouble.empty(), -ANY, ANY);
    }

    /// What there is one of for a tensor.
    static Parameter number(String name, double defaultValue, double least, double most) {
        return new Parameter(name, Kind.NUMBER, false, OptionalDouble.of(defaultValue), least, most);
    }

    /// A factor on the merged delta.
    static Parameter lambda() {
        return number("lambda", 1, -ANY, ANY);
    }

    /// A yes or no for a tensor.
    static Parameter flag(String name, boolean defaultValue) {
        return new Parameter(name, Kind.FLAG, false, OptionalDouble.of(defaultValue ? 1 : 0), 0, 1);
    }
}
