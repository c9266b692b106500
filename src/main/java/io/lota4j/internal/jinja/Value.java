package io.lota4j.internal.jinja;

import java.math.BigInteger;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What an expression has: a value as Python knows it. `equals` is Java's; Python's `==` is [Operators#equal].
sealed interface Value {
    /// A text is a value of its own file.
    sealed interface Str extends Value permits MarkedText {}

    /// A dict, likewise.
    sealed interface Mapping extends Value permits Dict {}

    enum None implements Value {
        NONE
    }

    enum Bool implements Value {
        FALSE(0),
        TRUE(1);

        private final int number;

        Bool(int number) {
            this.number = number;
        }

        /// As a number: Python computes with it.
        int number() {
            return number;
        }

        static Bool of(boolean value) {
            return value ? TRUE : FALSE;
        }
    }

    record Int(BigInteger value) implements Value {
        static Int of(long value) {
            return new Int(BigInteger.valueOf(value));
        }
    }

    record Real(double value) implements Value {}

    /// @param reason what is undefined, as a whole message
    record Undefined(String reason) implements Value {}

    /// A list.
    ///
    /// @param weight see [Weight]
    record Listed(List<Value> items, Weight weight) implements Value {
        static Listed of(List<Value> items) {
            return new Listed(items, Weight.of(items));
        }
    }

    record Tuple(List<Value> items, Weight weight) implements Value {
        static Tuple of(List<Value> items) {
            return new Tuple(items, Weight.of(items));
        }

        static Tuple of(Value... items) {
            return of(List.of(items));
        }
    }

    /// `dict.keys()` and its like.
    record View(String type, List<Value> items) implements Value {}

    /// `range(..)`, which is not spelled out.
    record Range(BigInteger start, BigInteger stop, BigInteger step) implements Value {
        BigInteger size() {
            BigInteger way = step.signum() > 0 ? stop.subtract(start) : start.subtract(stop);
            BigInteger stride = step.abs();
            return way.signum() <= 0
                    ? BigInteger.ZERO
                    : way.add(stride).subtract(BigInteger.ONE).divide(stride);
        }
    }

    /// What can be iterated once: the result of `map`, `select` and others.
    final class Generator implements Value {
        private final Iterator<Value> rest;

        Generator(Iterable<Value> items) {
            rest = items.iterator();
        }

        Iterator<Value> rest() {
            return rest;
        }
    }

    /// `namespace(..)`: what may be changed.
    final class Namespace implements Value {
        private final Map<String, Value> values = new LinkedHashMap<>();

        Map<String, Value> values() {
            return values;
        }
    }

    /// What can be called.
    ///
    /// @param name for messages
    record Function(String name, Code code) implements Value {
        interface Code {
            Value call(Arguments arguments);
        }
    }

    /// The variable `loop`.
    record LoopState(Loop loop) implements Value {}

    /// How much there is to print of a value: bounds what printing, comparing and hashing take.
    ///
    /// @param size values, counted as often as they are held
    /// @param depth lists within lists
    record Weight(long size, int depth) {
        private static final Weight LEAF = new Weight(1, 0);

        static Weight of(Iterable<Value> items) {
            long size = 1;
            int depth = 0;
            for (Value item : items) {
                Weight each = of(item);
                size += each.size;
                depth = Math.max(depth, each.depth);
            }
            if (size > Limits.WEIGHT) {
                throw new Refusal("more than " + Limits.WEIGHT + " values in one");
            }
            if (depth >= Limits.DEPTH) {
                throw new Refusal("more than " + Limits.DEPTH + " lists or dicts within each other");
            }
            return new Weight(size, depth + 1);
        }

        static Weight of(Value value) {
            return switch (value) {
                case Listed list -> list.weight();
                case Tuple tuple -> tuple.weight();
                case Dict dict -> dict.weight();
                case View view -> of(view.items());
                default -> LEAF;
            };
        }
    }
}
