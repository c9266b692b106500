package io.lota4j.internal.jinja;

import io.lota4j.internal.jinja.Value.Function;
import io.lota4j.internal.jinja.Value.Listed;
import io.lota4j.internal.jinja.Value.LoopState;
import io.lota4j.internal.jinja.Value.Namespace;
import io.lota4j.internal.jinja.Value.None;
import io.lota4j.internal.jinja.Value.Range;
import io.lota4j.internal.jinja.Value.Tuple;
import io.lota4j.internal.jinja.Value.Undefined;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `a.b`, `a[b]` and `a[b:c:d]`: the first two differ in what they try first where a dict has a key that is also the
/// name of a method.
final class Subscripts {
    private Subscripts() {}

    /// `of.name`: the attribute, else the item.
    static Value attribute(Value of, String name) {
        Value attribute = member(Operators.defined(of), name);
        if (attribute != null) {
            return attribute;
        }
        Value item = of instanceof Dict dict ? dict.get(MarkedText.plain(name)) : null;
        return item == null ? missing(of, name) : item;
    }

    /// `of[key]`: the item, else, if the key is a text, the attribute.
    static Value item(Value of, Value key) {
        Value item = element(Operators.defined(of), Operators.defined(key));
        if (item == null && key instanceof MarkedText name) {
            item = member(of, name.text());
        }
        return item == null ? missing(of, PythonText.str(key).text()) : item;
    }

    private static Undefined missing(Value of, String name) {
        return new Undefined(
                of instanceof None
                        ? "'None' has no attribute '" + name + "'"
                        : "'" + Operators.type(of) + " object' has no attribute '" + name + "'");
    }

    private static @Nullable Value member(Value of, String name) {
        if (name.startsWith("__")) {
            return new Undefined("access to attribute '" + name + "' is unsafe");
        }
        return switch (of) {
            case Namespace namespace -> namespace.values().get(name);
            case LoopState state -> state.loop().member(name);
            case Function function -> name.equals("name") ? MarkedText.plain(function.name()) : null;
            case Tuple tuple
            when name.equals("grouper") || name.equals("list") ->
                throw new Refusal("groups have no names here: {% for key, items in .. | groupby(..) %} gives both");
            default -> Methods.of(of, name);
        };
    }

    private static @Nullable Value element(Value of, Value key) {
        if (of instanceof Dict dict) {
            return key instanceof Listed || key instanceof Dict ? null : dict.get(key);
        }
        BigInteger index = Operators.whole(key);
        if (index == null) {
            return null;
        }
        return switch (of) {
            case Listed list -> at(list.items(), index);
            case Tuple tuple -> at(tuple.items(), index);
            case Range range -> at(Operators.list(range), index);
            case MarkedText text -> character(text, index);
            default -> null;
        };
    }

    private static @Nullable Value at(List<Value> items, BigInteger index) {
        int place = place(index, items.size());
        return place < 0 ? null : items.get(place);
    }

    private static @Nullable Value character(MarkedText text, BigInteger index) {
        int place = place(index, text.length());
        if (place < 0) {
            return null;
        }
        int start = text.unitOf(place);
        return text.part(start, start + Character.charCount(text.text().codePointAt(start)));
    }

    /// @return -1 if there is none
    private static int place(BigInteger index, int length) {
        long place = Limits.index(index);
        place += place < 0 ? length : 0;
        return place >= 0 && place < length ? (int) place : -1;
    }

    /// @param start null: the end that the step leaves from
    /// @param stop null: the other end
    /// @param step null: 1
    static Value slice(Value of, @Nullable Integer start, @Nullable Integer stop, @Nullable Integer step) {
        return switch (Operators.defined(of)) {
            case MarkedText text -> slice(text, start, stop, step == null ? 1 : step);
            case Listed list -> Listed.of(slice(list.items(), start, stop, step == null ? 1 : step));
            case Tuple tuple -> Tuple.of(slice(tuple.items(), start, stop, step == null ? 1 : step));
            case Range range -> Listed.of(slice(Operators.list(range), start, stop, step == null ? 1 : step));
            default -> throw new Refusal("'" + Operators.type(of) + "' object cannot be sliced");
        };
    }

    private static MarkedText slice(MarkedText text, @Nullable Integer start, @Nullable Integer stop, int step) {
        if (step == 1) {
            int length = text.length();
            int from = clamp(start, 0, length, 0, length);
            int to = Math.max(from, clamp(stop, length, length, 0, length));
            return text.part(text.unitOf(from), text.unitOf(to));
        }
        MarkedText.Builder result = new MarkedText.Builder();
        for (Value character : slice(text.characters(), start, stop, step)) {
            result.add(PythonText.str(character));
        }
        return result.build();
    }

    private static List<Value> slice(List<Value> items, @Nullable Integer start, @Nullable Integer stop, int step) {
        if (step == 0) {
            throw new Refusal("slice step cannot be zero");
        }
        int length = items.size();
        int low = step > 0 ? 0 : -1;
        int high = step > 0 ? length : length - 1;
        int from = clamp(start, step > 0 ? 0 : length - 1, length, low, high);
        int to = clamp(stop, step > 0 ? length : -1, length, low, high);
        List<Value> result = new ArrayList<>();
        for (long at = from; step > 0 ? at < to : at > to; at += step) {
            result.add(items.get((int) at));
        }
        return result;
    }

    private static int clamp(@Nullable Integer index, int otherwise, int length, int low, int high) {
        if (index == null) {
            return otherwise;
        }
        return Math.clamp(index < 0 ? (long) index + length : index, low, high);
    }
}
