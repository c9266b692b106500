package io.lota4j.internal.merge.recipe;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SequencedMap;

/// One `parameters` mapping of a recipe.
///
/// @param where its place in the recipe, such as `models[1].parameters`
/// @param entries by name, in file order
record ParameterTable(String where, SequencedMap<String, Entry> entries) {
    /// @param setting what the recipe says
    /// @param line where it says so
    record Entry(ParameterSetting setting, int line) {}

    ParameterTable {
        entries = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(entries));
    }

    static ParameterTable empty(String where) {
        return new ParameterTable(where, new LinkedHashMap<>(Map.of()));
    }

    /// Whether it says something about a parameter that could not be read.
    boolean isUnread(String parameter) {
        Entry entry = entries.get(parameter);
        return entry != null && entry.setting() instanceof ParameterSetting.Unread;
    }

    /// Empty when it says nothing about this parameter of this tensor.
    OptionalDouble at(String parameter, String tensor, double t) {
        Entry entry = entries.get(parameter);
        return entry == null ? OptionalDouble.empty() : entry.setting().at(tensor, t);
    }
}
