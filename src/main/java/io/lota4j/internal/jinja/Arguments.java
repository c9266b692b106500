package io.lota4j.internal.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a call passes.
///
/// @param positional in their order
/// @param named by keyword
record Arguments(List<Value> positional, Map<String, Value> named) {
    static final Arguments NONE = new Arguments(List.of(), Map.of());

    /// The arguments under the names that the called one has for them.
    ///
    /// @throws Refusal if there are more, or others
    Bound bind(String called, String... names) {
        if (positional.size() > names.length) {
            throw new Refusal(called + " takes at most " + names.length + " arguments, found " + positional.size());
        }
        Map<String, Value> bound = new LinkedHashMap<>();
        for (int i = 0; i < positional.size(); i++) {
            bound.put(names[i], positional.get(i));
        }
        for (Map.Entry<String, Value> entry : named.entrySet()) {
            if (!List.of(names).contains(entry.getKey())) {
                throw new Refusal(called + " takes no argument '" + entry.getKey() + "'");
            }
            if (bound.put(entry.getKey(), entry.getValue()) != null) {
                throw new Refusal(called + " was given '" + entry.getKey() + "' twice");
            }
        }
        return new Bound(called, bound);
    }

    /// The same without the first so many.
    Arguments after(int first) {
        return new Arguments(positional.subList(Math.min(first, positional.size()), positional.size()), named);
    }

    Arguments withNamed(String name, Value value) {
        Map<String, Value> more = new LinkedHashMap<>(named);
        more.put(name, value);
        return new Arguments(positional, more);
    }

    Arguments before(Value first) {
        List<Value> more = new ArrayList<>(List.of(first));
        more.addAll(positional);
        return new Arguments(more, named);
    }

    /// Arguments by name.
    record Bound(String called, Map<String, Value> values) {
        boolean has(String name) {
            return values.containsKey(name);
        }

        Value get(String name) {
            @Nullable Value value = values.get(name);
            if (value == null) {
                throw new Refusal(called + " needs the argument '" + name + "'");
            }
            return value;
        }

        Value get(String name, Value otherwise) {
            return values.getOrDefault(name, otherwise);
        }

        MarkedText text(String name) {
            return Operators.text(get(name), called + "'s '" + name + "'");
        }

        MarkedText text(String name, String otherwise) {
            return has(name) ? text(name) : MarkedText.plain(otherwise);
        }

        int number(String name) {
            return Operators.index(get(name), called + "'s '" + name + "'");
        }

        int number(String name, int otherwise) {
            return has(name) ? number(name) : otherwise;
        }

        boolean flag(String name, boolean otherwise) {
            return has(name) ? Operators.truth(get(name)) : otherwise;
        }

        /// Whether this is given and not None.
        boolean some(String name) {
            return has(name) && get(name) != Value.None.NONE;
        }
    }
}
