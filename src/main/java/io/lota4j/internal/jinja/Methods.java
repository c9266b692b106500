package io.lota4j.internal.jinja;

import io.lota4j.internal.jinja.Value.Bool;
import io.lota4j.internal.jinja.Value.Function;
import io.lota4j.internal.jinja.Value.Int;
import io.lota4j.internal.jinja.Value.Listed;
import io.lota4j.internal.jinja.Value.None;
import io.lota4j.internal.jinja.Value.Real;
import io.lota4j.internal.jinja.Value.Tuple;
import io.lota4j.internal.jinja.Value.Undefined;
import io.lota4j.internal.jinja.Value.View;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The methods of Python's types. Those that change a list or dict are refused, as jinja2's sandbox does.
final class Methods {
    private static final Set<String> DICT = Set.of("items", "keys", "values", "get", "copy");
    private static final Set<String> DICT_CHANGES = Set.of("pop", "popitem", "update", "setdefault", "clear");
    private static final Set<String> LIST = Set.of("index", "count", "copy");
    private static final Set<String> LIST_CHANGES =
            Set.of("append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse");
    private static final Set<String> LOOP = Set.of("cycle", "changed");
    private static final String IS_INTEGER = "is_integer";

    /// Every name that may be called as a method.
    static final Set<String> NAMES = Stream.of(
                    DICT, DICT_CHANGES, LIST, LIST_CHANGES, LOOP, TextMethods.NAMES, Set.of(IS_INTEGER))
            .flatMap(Set::stream)
            .collect(Collectors.toUnmodifiableSet());

    private Methods() {}

    /// A value's method, or null if it has none of this name.
    static @Nullable Value of(Value value, String name) {
        return switch (value) {
            case MarkedText text
            when TextMethods.NAMES.contains(name) ->
                new Function(name, arguments -> TextMethods.call(text, name, arguments));
            case Dict dict when DICT_CHANGES.contains(name) -> unsafe("dict", name);
            case Dict dict when DICT.contains(name) -> new Function(name, arguments -> dict(dict, name, arguments));
            case Listed list when LIST_CHANGES.contains(name) -> unsafe("list", name);
            case Listed list
            when LIST.contains(name) -> new Function(name, arguments -> list(list.items(), name, arguments));
            case Tuple tuple
            when LIST.contains(name) && !name.equals("copy") ->
                new Function(name, arguments -> list(tuple.items(), name, arguments));
            case Real real
            when name.equals(IS_INTEGER) ->
                new Function(
                        name,
                        arguments -> Bool.of(real.value() == Math.rint(real.value()) && Double.isFinite(real.value())));
            default -> null;
        };
    }

    private static Undefined unsafe(String type, String name) {
        return new Undefined("'" + name + "' would change a " + type + ", which a template must not");
    }

    private static Value dict(Dict dict, String name, Arguments arguments) {
        switch (name) {
            case "get" -> {
                Arguments.Bound bound = arguments.bind("get", "key", "default");
                Value found = dict.get(Operators.defined(bound.get("key")));
                return found == null ? bound.get("default", None.NONE) : found;
            }
            default -> arguments.bind(name);
        }
        return switch (name) {
            case "items" -> new View("dict_items", dict.items());
            case "keys" -> new View("dict_keys", dict.keys());
            case "values" -> new View("dict_values", dict.values());
            default -> dict;
        };
    }

    private static Value list(List<Value> items, String name, Arguments arguments) {
        if (name.equals("copy")) {
            return Listed.of(items);
        }
        Value sought = arguments.bind(name, "value").get("value");
        List<Integer> places = Stream.iterate(0, i -> i < items.size(), i -> i + 1)
                .filter(i -> Operators.equal(items.get(i), sought))
                .toList();
        if (name.equals("count")) {
            return Int.of(places.size());
        }
        if (places.isEmpty()) {
            throw new Refusal(PythonText.repr(sought) + " is not in list");
        }
        return Int.of(places.getFirst());
    }
}
