package io.lota4j.internal.merge;

import java.util.OptionalDouble;

/// A parameter of a merge method. Flags are numbers too: 0 is false, 1 is true.
///
/// @param name as recipes write it
/// @param kind which values it takes
/// @param perModel whether each model has a value of its own; otherwise there is one for a tensor
/// @param defaultValue used where a recipe gives none; empty when a recipe must give one
/// @param least the smallest value allowed
/// @param most the largest value allowed
public record Parameter(
        String name, Kind kind, boolean perModel, OptionalDouble defaultValue, double least, double most) {
    /// Which values a parameter takes.
    public enum Kind {
        /// Any real number within the limits.
        NUMBER,
        /// A whole number within the limits.
        COUNT,
        /// True or false.
        FLAG
    }

    /// Whether a value is of its kind and within its limits.
    public boolean allows(double value) {
        boolean within = least <= value && value <= most;
        return switch (kind) {
            case NUMBER -> within;
            case COUNT -> within && value == Math.rint(value);
            case FLAG -> value == 0 || value == 1;
        };
    }

    /// What it takes, in words: `a number from 0 to 1`.
    public String range() {
        if (kind == Kind.FLAG) {
            return "true or false";
        }
        String what = kind == Kind.COUNT ? "a whole number" : "a number";
        String from = least == -Double.MAX_VALUE ? "" : " from " + text(least);
        String to = most == Double.MAX_VALUE ? "" : " to " + text(most);
        return what + from + to;
    }

    /// A value as recipes write it.
    public static String text(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? String.valueOf((long) value)
                : String.valueOf(value);
    }
}
