package io.lota4j.merge;

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
}
