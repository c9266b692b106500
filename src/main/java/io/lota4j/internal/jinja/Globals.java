package io.lota4j.internal.jinja;

import io.lota4j.internal.jinja.Value.Function;
import io.lota4j.internal.jinja.Value.Namespace;
import io.lota4j.internal.jinja.Value.Range;
import java.math.BigInteger;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// The functions that every template has.
final class Globals {
    static final Set<String> NAMES = Set.of("range", "dict", "namespace", "raise_exception", "strftime_now");

    private Globals() {}

    static Map<String, Value> at(LocalDateTime now) {
        return NAMES.stream()
                .collect(Collectors.toMap(n -> n, n -> new Function(n, arguments -> call(n, arguments, now))));
    }

    private static Value call(String name, Arguments arguments, LocalDateTime now) {
        return switch (name) {
            case "range" -> range(arguments);
            case "dict" -> dict(arguments);
            case "namespace" -> namespace(arguments);
            case "strftime_now" ->
                MarkedText.plain(Strftime.format(
                        now, arguments.bind(name, "format").text("format").text()));
            default ->
                throw Refusal.raised(
                        PythonText.str(arguments.bind(name, "message").get("message"))
                                .text());
        };
    }

    private static Value range(Arguments arguments) {
        List<BigInteger> numbers = new ArrayList<>();
        for (Value argument : arguments.positional()) {
            BigInteger number = Operators.whole(Operators.defined(argument));
            if (number == null) {
                throw new Refusal("'" + Operators.type(argument) + "' object cannot be interpreted as an integer");
            }
            numbers.add(number);
        }
        Range range = switch (numbers.size()) {
            case 1 -> new Range(BigInteger.ZERO, numbers.getFirst(), BigInteger.ONE);
            case 2 -> new Range(numbers.get(0), numbers.get(1), BigInteger.ONE);
            case 3 -> new Range(numbers.get(0), numbers.get(1), numbers.get(2));
            default -> throw new Refusal("range takes 1 to 3 arguments, found " + numbers.size());
        };
        if (range.step().signum() == 0) {
            throw new Refusal("range() arg 3 must not be zero");
        }
        if (range.size().compareTo(BigInteger.valueOf(Limits.RANGE)) > 0) {
            throw new Refusal("a range of more than " + Limits.RANGE + " numbers");
        }
        return range;
    }

    private static Dict dict(Arguments arguments) {
        List<Map.Entry<Value, Value>> pairs = new ArrayList<>();
        for (Value given : arguments.positional()) {
            pairs.addAll(pairs(given));
        }
        arguments.named().forEach((name, value) -> pairs.add(Map.entry(MarkedText.plain(name), value)));
        return Dict.of(pairs);
    }

    /// The entries of a dict, or of a list of pairs.
    static List<Map.Entry<Value, Value>> pairs(Value value) {
        if (value instanceof Dict dict) {
            return dict.entries();
        }
        List<Map.Entry<Value, Value>> pairs = new ArrayList<>();
        for (Value item : Operators.list(Operators.defined(value))) {
            List<Value> pair = Operators.list(item);
            if (pair.size() != 2) {
                throw new Refusal("a dict is made of pairs, found " + pair.size() + " values in one");
            }
            pairs.add(Map.entry(pair.getFirst(), pair.getLast()));
        }
        return pairs;
    }

    private static Namespace namespace(Arguments arguments) {
        Namespace namespace = new Namespace();
        for (Map.Entry<Value, Value> entry : dict(arguments).entries()) {
            namespace.values().put(PythonText.str(entry.getKey()).text(), entry.getValue());
        }
        return namespace;
    }
}
