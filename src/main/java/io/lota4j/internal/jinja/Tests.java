package io.lota4j.internal.jinja;

import io.lota4j.internal.jinja.Value.Bool;
import io.lota4j.internal.jinja.Value.Function;
import io.lota4j.internal.jinja.Value.Int;
import io.lota4j.internal.jinja.Value.Listed;
import io.lota4j.internal.jinja.Value.LoopState;
import io.lota4j.internal.jinja.Value.None;
import io.lota4j.internal.jinja.Value.Range;
import io.lota4j.internal.jinja.Value.Real;
import io.lota4j.internal.jinja.Value.Tuple;
import io.lota4j.internal.jinja.Value.Undefined;
import java.math.BigInteger;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What stands behind `is`.
final class Tests {
    private static final Map<String, String> COMPARISONS = Map.ofEntries(
            Map.entry("eq", "=="),
            Map.entry("equalto", "=="),
            Map.entry("==", "=="),
            Map.entry("ne", "!="),
            Map.entry("!=", "!="),
            Map.entry("gt", ">"),
            Map.entry("greaterthan", ">"),
            Map.entry(">", ">"),
            Map.entry("ge", ">="),
            Map.entry(">=", ">="),
            Map.entry("lt", "<"),
            Map.entry("lessthan", "<"),
            Map.entry("<", "<"),
            Map.entry("le", "<="),
            Map.entry("<=", "<="),
            Map.entry("in", "in"));
    private static final Set<String> OWN = Names.of("""
        defined undefined none boolean true false integer float number string mapping iterable sequence
        callable odd even divisibleby sameas lower upper escaped filter test
        """);

    static final Set<String> NAMES =
            Stream.concat(COMPARISONS.keySet().stream(), OWN.stream()).collect(Collectors.toUnmodifiableSet());

    private Tests() {}

    static boolean holds(String name, Value value, Arguments arguments) {
        String comparison = COMPARISONS.get(name);
        if (comparison != null) {
            return Operators.compare(comparison, value, other(name, arguments));
        }
        return switch (name) {
            case "divisibleby" -> Operators.equal(Arithmetic.binary("%", value, other(name, arguments)), Int.of(0));
            case "sameas" -> same(value, other(name, arguments));
            default -> {
                arguments.bind(name);
                yield plain(name, value);
            }
        };
    }

    private static Value other(String name, Arguments arguments) {
        return arguments.bind(name, "other").get("other");
    }

    private static boolean plain(String name, Value value) {
        return switch (name) {
            case "defined" -> !(value instanceof Undefined);
            case "undefined" -> value instanceof Undefined;
            case "none" -> value == None.NONE;
            case "boolean" -> value instanceof Bool;
            case "true" -> value == Bool.TRUE;
            case "false" -> value == Bool.FALSE;
            case "integer" -> value instanceof Int;
            case "float" -> value instanceof Real;
            case "number" -> Operators.isNumber(value);
            case "string" -> value instanceof MarkedText;
            case "mapping" -> value instanceof Dict;
            case "iterable" -> Operators.isIterable(value);
            case "sequence" -> isSequence(value);
            case "callable" -> value instanceof Function || value instanceof LoopState;
            case "odd" -> remainder(value) == 1;
            case "even" -> remainder(value) == 0;
            case "lower" -> TextMethods.isLower(PythonText.str(value).text());
            case "upper" -> TextMethods.isUpper(PythonText.str(value).text());
            case "filter" -> value instanceof MarkedText text && Filters.NAMES.contains(text.text());
            case "test" -> value instanceof MarkedText text && NAMES.contains(text.text());
            default -> false;
        };
    }

    private static boolean isSequence(Value value) {
        return value instanceof MarkedText
                || value instanceof Listed
                || value instanceof Tuple
                || value instanceof Dict
                || value instanceof Range
                || value instanceof Undefined;
    }

    private static double remainder(Value value) {
        return Operators.real(Arithmetic.binary("%", value, Int.of(2)));
    }

    /// Python keeps one of each small number; of larger ones, and of texts, it says what happens to be so.
    private static boolean same(Value left, Value right) {
        if (left instanceof Int a && right instanceof Int b) {
            return a.value().equals(b.value()) && a.value().abs().compareTo(BigInteger.valueOf(256)) <= 0;
        }
        return left == right || (left instanceof MarkedText && left.equals(right));
    }
}
