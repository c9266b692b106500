package io.lota4j.internal.jinja;

import io.lota4j.internal.jinja.Value.Bool;
import io.lota4j.internal.jinja.Value.Function;
import io.lota4j.internal.jinja.Value.Generator;
import io.lota4j.internal.jinja.Value.Int;
import io.lota4j.internal.jinja.Value.Listed;
import io.lota4j.internal.jinja.Value.LoopState;
import io.lota4j.internal.jinja.Value.Namespace;
import io.lota4j.internal.jinja.Value.None;
import io.lota4j.internal.jinja.Value.Range;
import io.lota4j.internal.jinja.Value.Real;
import io.lota4j.internal.jinja.Value.Tuple;
import io.lota4j.internal.jinja.Value.Undefined;
import io.lota4j.internal.jinja.Value.View;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Python's operators but those of arithmetic, and what stands behind them: truth, equality, order, iteration.
final class Operators {
    private Operators() {}

    static boolean truth(Value value) {
        return switch (value) {
            case None none -> false;
            case Undefined undefined -> false;
            case Bool bool -> bool == Bool.TRUE;
            case Int number -> number.value().signum() != 0;
            case Real real -> real.value() != 0;
            case MarkedText text -> !text.isEmpty();
            case Listed list -> !list.items().isEmpty();
            case Tuple tuple -> !tuple.items().isEmpty();
            case Dict dict -> dict.size() > 0;
            case View view -> !view.items().isEmpty();
            case Range range -> range.size().signum() > 0;
            case Generator generator -> true;
            case Namespace namespace -> true;
            case Function function -> true;
            case LoopState state -> true;
        };
    }

    static String type(Value value) {
        return switch (value) {
            case None none -> "NoneType";
            case Undefined undefined -> "Undefined";
            case Bool bool -> "bool";
            case Int number -> "int";
            case Real real -> "float";
            case MarkedText text -> "str";
            case Listed list -> "list";
            case Tuple tuple -> "tuple";
            case Dict dict -> "dict";
            case View view -> view.type();
            case Range range -> "range";
            case Generator generator -> "generator";
            case Namespace namespace -> "Namespace";
            case Function function -> "function";
            case LoopState state -> "LoopContext";
        };
    }

    /// @throws Refusal if this is undefined
    static Value defined(Value value) {
        if (value instanceof Undefined undefined) {
            throw new Refusal(undefined.reason());
        }
        return value;
    }

    static MarkedText text(Value value, String what) {
        if (defined(value) instanceof MarkedText text) {
            return text;
        }
        throw new Refusal(what + " must be a text, found " + type(value));
    }

    /// A whole number, bounded to what can be an index.
    static int index(Value value, String what) {
        return switch (defined(value)) {
            case Int number -> Limits.index(number.value());
            case Bool bool -> bool.number();
            default -> throw new Refusal(what + " must be a whole number, found " + type(value));
        };
    }

    static @Nullable BigInteger whole(Value value) {
        return switch (value) {
            case Int number -> number.value();
            case Bool bool -> BigInteger.valueOf(bool.number());
            default -> null;
        };
    }

    static boolean isNumber(Value value) {
        return value instanceof Int || value instanceof Bool || value instanceof Real;
    }

    static double real(Value value) {
        return switch (value) {
            case Real real -> real.value();
            case Int number -> number.value().doubleValue();
            case Bool bool -> bool.number();
            default -> throw new Refusal("must be a number, found " + type(defined(value)));
        };
    }

    /// The items of what can be iterated.
    static Iterator<Value> iterator(Value value) {
        return switch (value) {
            case MarkedText text -> text.characters().iterator();
            case Listed list -> list.items().iterator();
            case Tuple tuple -> tuple.items().iterator();
            case Dict dict -> dict.keys().iterator();
            case View view -> view.items().iterator();
            case Generator generator -> generator.rest();
            case Undefined undefined -> List.<Value>of().iterator();
            case Range range ->
                new Iterator<>() {
                    private BigInteger at = range.start();
                    private long left = range.size().longValue();

                    @Override
                    public boolean hasNext() {
                        return left > 0;
                    }

                    @Override
                    public Value next() {
                        Value item = new Int(at);
                        at = at.add(range.step());
                        left--;
                        return item;
                    }
                };
            default -> throw new Refusal("'" + type(value) + "' object is not iterable");
        };
    }

    static boolean isIterable(Value value) {
        return !(isNumber(value) || value instanceof None || value instanceof Namespace || value instanceof Function);
    }

    static List<Value> list(Value value) {
        List<Value> items = new ArrayList<>();
        iterator(value).forEachRemaining(items::add);
        return items;
    }

    /// `len(value)`.
    static int length(Value value) {
        return switch (value) {
            case MarkedText text -> text.length();
            case Listed list -> list.items().size();
            case Tuple tuple -> tuple.items().size();
            case Dict dict -> dict.size();
            case View view -> view.items().size();
            case Range range -> range.size().intValueExact();
            case Undefined undefined -> 0;
            case LoopState state -> state.loop().length();
            default -> throw new Refusal("object of type '" + type(value) + "' has no len()");
        };
    }

    /// `left == right`.
    static boolean equal(Value left, Value right) {
        if (isNumber(left) && isNumber(right)) {
            return compareNumbers(left, right) == 0;
        }
        if (left instanceof Listed a && right instanceof Listed b) {
            return equal(a.items(), b.items());
        }
        if (left instanceof Tuple a && right instanceof Tuple b) {
            return equal(a.items(), b.items());
        }
        if (left instanceof Dict a && right instanceof Dict b) {
            return a.size() == b.size() && a.entries().stream().allMatch(e -> holds(b, e));
        }
        if (left instanceof View a && right instanceof View b) {
            return Set.copyOf(a.items()).equals(Set.copyOf(b.items()));
        }
        return left instanceof Undefined ? right instanceof Undefined : left.equals(right);
    }

    private static boolean holds(Dict dict, Map.Entry<Value, Value> entry) {
        Value value = dict.get(entry.getKey());
        return value != null && equal(value, entry.getValue());
    }

    private static boolean equal(List<Value> left, List<Value> right) {
        if (left.size() != right.size()) {
            return false;
        }
        for (int i = 0; i < left.size(); i++) {
            if (!equal(left.get(i), right.get(i))) {
                return false;
            }
        }
        return true;
    }

    static boolean compare(String operator, Value left, Value right) {
        return switch (operator) {
            case "==" -> equal(left, right);
            case "!=" -> !equal(left, right);
            case "in" -> contains(right, left);
            case "not in" -> !contains(right, left);
            case "<" -> ordered(left, right) && order(left, right, operator) < 0;
            case "<=" -> ordered(left, right) && order(left, right, operator) <= 0;
            case ">" -> ordered(left, right) && order(left, right, operator) > 0;
            default -> ordered(left, right) && order(left, right, operator) >= 0;
        };
    }

    /// Nothing is less or more than what is no number.
    private static boolean ordered(Value left, Value right) {
        defined(left);
        defined(right);
        return !(isNaN(left) || isNaN(right)) || !isNumber(left) || !isNumber(right);
    }

    private static boolean isNaN(Value value) {
        return value instanceof Real real && Double.isNaN(real.value());
    }

    /// Less than, equal to or greater than 0, as `left` is than `right`.
    static int order(Value left, Value right, String operator) {
        defined(left);
        defined(right);
        if (isNumber(left) && isNumber(right)) {
            return compareNumbers(left, right);
        }
        if (left instanceof MarkedText a && right instanceof MarkedText b) {
            return order(a.text(), b.text());
        }
        if (left instanceof Listed a && right instanceof Listed b) {
            return order(a.items(), b.items(), operator);
        }
        if (left instanceof Tuple a && right instanceof Tuple b) {
            return order(a.items(), b.items(), operator);
        }
        throw new Refusal(
                "'" + operator + "' not supported between instances of '" + type(left) + "' and '" + type(right) + "'");
    }

    private static int order(List<Value> left, List<Value> right, String operator) {
        for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
            if (!equal(left.get(i), right.get(i))) {
                return order(left.get(i), right.get(i), operator);
            }
        }
        return Integer.compare(left.size(), right.size());
    }

    /// By code points: what is written as a surrogate pair comes last.
    private static int order(String left, String right) {
        int at = 0;
        while (at < Math.min(left.length(), right.length()) && left.charAt(at) == right.charAt(at)) {
            at++;
        }
        if (at == left.length() || at == right.length()) {
            return Integer.compare(left.length(), right.length());
        }
        char a = left.charAt(at);
        char b = right.charAt(at);
        boolean pair = Character.isSurrogate(a);
        return pair == Character.isSurrogate(b) ? Character.compare(a, b) : pair ? 1 : -1;
    }

    private static int compareNumbers(Value left, Value right) {
        BigInteger a = whole(left);
        BigInteger b = whole(right);
        if (a != null && b != null) {
            return a.compareTo(b);
        }
        double x = real(left);
        double y = real(right);
        if (!Double.isFinite(x) || !Double.isFinite(y)) {
            return Double.compare(x, y);
        }
        BigDecimal exact = a == null ? new BigDecimal(x) : new BigDecimal(a);
        return exact.compareTo(b == null ? new BigDecimal(y) : new BigDecimal(b));
    }

    /// `item in container`.
    static boolean contains(Value container, Value item) {
        return switch (container) {
            case MarkedText text -> {
                if (!(item instanceof MarkedText sought)) {
                    throw new Refusal("'in <string>' requires string as left operand, not " + type(item));
                }
                Limits.search(text.units(), sought.units());
                yield text.text().contains(sought.text());
            }
            case Dict dict -> dict.get(item) != null;
            case None none -> throw new Refusal("argument of type 'NoneType' is not iterable");
            default -> {
                Iterator<Value> items = iterator(container);
                boolean found = false;
                while (!found && items.hasNext()) {
                    found = equal(items.next(), item);
                }
                yield found;
            }
        };
    }
}
