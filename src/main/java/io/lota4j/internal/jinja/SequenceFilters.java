package io.lota4j.internal.jinja;

import io.lota4j.internal.jinja.Value.Generator;
import io.lota4j.internal.jinja.Value.Int;
import io.lota4j.internal.jinja.Value.Listed;
import io.lota4j.internal.jinja.Value.Tuple;
import io.lota4j.internal.jinja.Value.Undefined;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// The filters of many items. Those of which jinja2 makes generators give one, too: it can be iterated once.
final class SequenceFilters {
    static final Set<String> NAMES = Names.of("""
        batch count dictsort first groupby items join last length list map max min reject rejectattr
        reverse select selectattr slice sort sum unique
        """);

    private SequenceFilters() {}

    static Value apply(String name, Value value, Arguments arguments) {
        return switch (name) {
            case "count", "length" -> {
                arguments.bind(name);
                yield Int.of(Operators.length(value));
            }
            case "list" -> {
                arguments.bind(name);
                yield Listed.of(Operators.list(value));
            }
            case "first" -> {
                Iterator<Value> items = Operators.iterator(value);
                yield items.hasNext() ? items.next() : new Undefined("No first item, sequence was empty.");
            }
            case "last" -> last(value);
            case "join" -> join(value, arguments.bind(name, "d", "attribute"));
            case "reverse" -> reverse(value);
            case "items" -> new Generator(items(value));
            case "dictsort" -> dictSort(value, arguments.bind(name, "case_sensitive", "by", "reverse"));
            case "sort" -> sort(value, arguments.bind(name, "reverse", "case_sensitive", "attribute"));
            case "unique" -> unique(value, arguments.bind(name, "case_sensitive", "attribute"));
            case "min" -> extreme(value, arguments.bind(name, "case_sensitive", "attribute"), -1);
            case "max" -> extreme(value, arguments.bind(name, "case_sensitive", "attribute"), 1);
            case "sum" -> sum(value, arguments.bind(name, "attribute", "start"));
            case "batch" -> batch(value, arguments.bind(name, "linecount", "fill_with"));
            case "slice" -> slices(value, arguments.bind(name, "slices", "fill_with"));
            case "groupby" -> groups(value, arguments.bind(name, "attribute", "default", "case_sensitive"));
            case "map" -> map(value, arguments);
            default -> select(value, arguments, name.startsWith("select"), name.endsWith("attr"));
        };
    }

    private static Value last(Value value) {
        if (value instanceof Generator) {
            throw new Refusal("'generator' object is not reversible");
        }
        List<Value> items = Operators.list(value);
        return items.isEmpty() ? new Undefined("No last item, sequence was empty.") : items.getLast();
    }

    private static MarkedText join(Value value, Arguments.Bound bound) {
        UnaryOperator<Value> getter = bound.some("attribute") ? getter(bound.get("attribute"), null) : v -> v;
        MarkedText separator = PythonText.str(bound.get("d", MarkedText.EMPTY));
        MarkedText.Builder result = new MarkedText.Builder();
        boolean first = true;
        for (Value item : Operators.list(value)) {
            if (!first) {
                result.add(separator);
            }
            result.add(PythonText.str(getter.apply(item)));
            first = false;
        }
        return result.build();
    }

    private static Value reverse(Value value) {
        if (value instanceof MarkedText text) {
            return Subscripts.slice(text, null, null, -1);
        }
        List<Value> items = Operators.list(value);
        Collections.reverse(items);
        return value instanceof Generator ? Listed.of(items) : new Generator(items);
    }

    private static List<Value> items(Value value) {
        if (value instanceof Undefined) {
            return List.of();
        }
        return dict(value).items();
    }

    private static Dict dict(Value value) {
        if (Operators.defined(value) instanceof Dict dict) {
            return dict;
        }
        throw new Refusal("a dict is expected, found '" + Operators.type(value) + "'");
    }

    /// What an attribute like `a.b.0` gives of an item.
    private static UnaryOperator<Value> getter(Value attribute, @Nullable Value otherwise) {
        List<Value> parts = parts(attribute);
        return item -> {
            Value result = item;
            for (Value part : parts) {
                result = Subscripts.item(result, part);
                if (otherwise != null && result instanceof Undefined) {
                    result = otherwise;
                }
            }
            return result;
        };
    }

    private static List<Value> parts(Value attribute) {
        if (!(attribute instanceof MarkedText text)) {
            return List.of(attribute);
        }
        List<Value> parts = new ArrayList<>();
        for (String part : text.text().split("\\.", -1)) {
            parts.add(part.matches("\\d{1,9}") ? Int.of(Long.parseLong(part)) : MarkedText.plain(part));
        }
        return parts;
    }

    private static UnaryOperator<Value> key(Arguments.Bound bound) {
        UnaryOperator<Value> getter = bound.some("attribute") ? getter(bound.get("attribute"), null) : v -> v;
        return folded(getter, bound.flag("case_sensitive", false));
    }

    private static UnaryOperator<Value> folded(UnaryOperator<Value> getter, boolean caseSensitive) {
        return item -> {
            Value key = getter.apply(item);
            return !caseSensitive && key instanceof MarkedText text
                    ? TextMethods.call(text, "lower", Arguments.NONE)
                    : key;
        };
    }

    private static List<Value> sorted(List<Value> items, UnaryOperator<Value> key, boolean reverse) {
        Comparator<Value> order = (a, b) -> Operators.order(key.apply(a), key.apply(b), "<");
        List<Value> sorted = new ArrayList<>(items);
        sorted.sort(reverse ? order.reversed() : order);
        return sorted;
    }

    private static Value sort(Value value, Arguments.Bound bound) {
        UnaryOperator<Value> key = key(bound);
        if (bound.some("attribute")
                && bound.get("attribute") instanceof MarkedText text
                && text.text().contains(",")) {
            List<UnaryOperator<Value>> keys = new ArrayList<>();
            for (String part : text.text().split(",", -1)) {
                keys.add(folded(getter(MarkedText.plain(part), null), bound.flag("case_sensitive", false)));
            }
            key = item -> Tuple.of(keys.stream().map(k -> k.apply(item)).toList());
        }
        return Listed.of(sorted(Operators.list(value), key, bound.flag("reverse", false)));
    }

    private static Value dictSort(Value value, Arguments.Bound bound) {
        String by = bound.text("by", "key").text();
        if (!by.equals("key") && !by.equals("value")) {
            throw new Refusal("dictsort sorts by 'key' or 'value', found '" + by + "'");
        }
        UnaryOperator<Value> part = item -> Subscripts.item(item, Int.of(by.equals("key") ? 0 : 1));
        return Listed.of(sorted(
                dict(value).items(), folded(part, bound.flag("case_sensitive", false)), bound.flag("reverse", false)));
    }

    private static Generator unique(Value value, Arguments.Bound bound) {
        UnaryOperator<Value> key = key(bound);
        Set<Object> seen = new HashSet<>();
        return new Generator(Operators.list(value).stream()
                .filter(item -> seen.add(Dict.hashable(key.apply(item))))
                .toList());
    }

    private static Value extreme(Value value, Arguments.Bound bound, int sign) {
        UnaryOperator<Value> key = key(bound);
        Value best = null;
        for (Value item : Operators.list(value)) {
            if (best == null || sign * Operators.order(key.apply(item), key.apply(best), sign > 0 ? ">" : "<") > 0) {
                best = item;
            }
        }
        return best == null ? new Undefined("No aggregated item, sequence was empty.") : best;
    }

    private static Value sum(Value value, Arguments.Bound bound) {
        UnaryOperator<Value> getter = bound.some("attribute") ? getter(bound.get("attribute"), null) : v -> v;
        Value sum = bound.get("start", Int.of(0));
        if (sum instanceof MarkedText) {
            throw new Refusal("sum() can't sum strings");
        }
        for (Value item : Operators.list(value)) {
            sum = Arithmetic.binary("+", sum, getter.apply(item));
        }
        return sum;
    }

    private static Generator batch(Value value, Arguments.Bound bound) {
        int size = bound.number("linecount");
        List<Value> batches = new ArrayList<>();
        List<Value> batch = new ArrayList<>();
        for (Value item : Operators.list(value)) {
            if (batch.size() == size) {
                batches.add(Listed.of(batch));
                batch = new ArrayList<>();
            }
            batch.add(item);
        }
        if (!batch.isEmpty()) {
            fill(batch, bound, size);
            batches.add(Listed.of(batch));
        }
        return new Generator(batches);
    }

    private static void fill(List<Value> batch, Arguments.Bound bound, int size) {
        if (size > Limits.WEIGHT) {
            throw new Refusal("more than " + Limits.WEIGHT + " values in one");
        }
        while (bound.some("fill_with") && batch.size() < size) {
            batch.add(bound.get("fill_with"));
        }
    }

    private static Generator slices(Value value, Arguments.Bound bound) {
        List<Value> items = Operators.list(value);
        int count = bound.number("slices");
        if (count <= 0 || count > Limits.RANGE) {
            throw new Refusal("slice needs a number of slices from 1 to " + Limits.RANGE + ", found " + count);
        }
        int each = items.size() / count;
        int longer = items.size() % count;
        List<Value> slices = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < count; i++) {
            int end = start + each + (i < longer ? 1 : 0);
            List<Value> slice = new ArrayList<>(items.subList(start, end));
            if (bound.some("fill_with") && i >= longer) {
                slice.add(bound.get("fill_with"));
            }
            slices.add(Listed.of(slice));
            start = end;
        }
        return new Generator(slices);
    }

    private static Value groups(Value value, Arguments.Bound bound) {
        UnaryOperator<Value> getter =
                getter(bound.get("attribute"), bound.some("default") ? bound.get("default") : null);
        UnaryOperator<Value> key = folded(getter, bound.flag("case_sensitive", false));
        List<Value> groups = new ArrayList<>();
        List<Value> group = new ArrayList<>();
        for (Value item : sorted(Operators.list(value), key, false)) {
            if (!group.isEmpty() && !Operators.equal(key.apply(group.getLast()), key.apply(item))) {
                groups.add(Tuple.of(getter.apply(group.getFirst()), Listed.of(group)));
                group = new ArrayList<>();
            }
            group.add(item);
        }
        if (!group.isEmpty()) {
            groups.add(Tuple.of(getter.apply(group.getFirst()), Listed.of(group)));
        }
        return Listed.of(groups);
    }

    private static Generator map(Value value, Arguments arguments) {
        if (!Operators.truth(value)) {
            return new Generator(List.of());
        }
        UnaryOperator<Value> function;
        if (arguments.positional().isEmpty()) {
            Arguments.Bound bound = arguments.bind("map", "attribute", "default");
            function = getter(bound.get("attribute"), bound.some("default") ? bound.get("default") : null);
        } else {
            String filter = known(arguments.positional().getFirst(), Filters.NAMES, "filter");
            Arguments rest = arguments.after(1);
            function = item -> Filters.apply(filter, item, rest);
        }
        return new Generator(Operators.list(value).stream().map(function).toList());
    }

    private static Generator select(Value value, Arguments arguments, boolean keep, boolean byAttribute) {
        if (!Operators.truth(value)) {
            return new Generator(List.of());
        }
        if (byAttribute && arguments.positional().isEmpty()) {
            throw new Refusal("Missing parameter for attribute name");
        }
        UnaryOperator<Value> getter =
                byAttribute ? getter(arguments.positional().getFirst(), null) : v -> v;
        Arguments tested = arguments.after(byAttribute ? 1 : 0);
        @Nullable
        String test =
                tested.positional().isEmpty() ? null : known(tested.positional().getFirst(), Tests.NAMES, "test");
        Arguments rest = tested.after(1);
        return new Generator(Operators.list(value).stream()
                .filter(item -> {
                    Value of = getter.apply(item);
                    return keep == (test == null ? Operators.truth(of) : Tests.holds(test, of, rest));
                })
                .toList());
    }

    private static String known(Value name, Set<String> names, String kind) {
        String text = Operators.text(name, "the name of a " + kind).text();
        if (!names.contains(text)) {
            throw new Refusal("there is no " + kind + " '" + text + "'");
        }
        return text;
    }
}
