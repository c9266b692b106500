package io.lota4j.internal.jinja;

import io.lota4j.internal.jinja.Value.Bool;
import io.lota4j.internal.jinja.Value.Int;
import io.lota4j.internal.jinja.Value.Listed;
import io.lota4j.internal.jinja.Value.Real;
import io.lota4j.internal.jinja.Value.Tuple;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// A dict: entries in the order in which their keys were first put. `1`, `1.0` and `True` are one key.
final class Dict implements Value.Mapping {
    private final SequencedMap<Object, Map.Entry<Value, Value>> entries;
    private final Weight weight;

    private Dict(SequencedMap<Object, Map.Entry<Value, Value>> entries, Weight weight) {
        this.entries = entries;
        this.weight = weight;
    }

    /// @param pairs each a key and its value; of equal keys the first key and the last value stay
    static Dict of(List<Map.Entry<Value, Value>> pairs) {
        SequencedMap<Object, Map.Entry<Value, Value>> entries = new LinkedHashMap<>();
        List<Value> held = new ArrayList<>();
        for (Map.Entry<Value, Value> pair : pairs) {
            Object key = hashable(pair.getKey());
            Map.Entry<Value, Value> before = entries.get(key);
            entries.put(key, Map.entry(before == null ? pair.getKey() : before.getKey(), pair.getValue()));
            held.add(pair.getKey());
            held.add(pair.getValue());
        }
        return new Dict(entries, Weight.of(held));
    }

    @Nullable
    Value get(Value key) {
        Map.Entry<Value, Value> entry = entries.get(hashable(key));
        return entry == null ? null : entry.getValue();
    }

    int size() {
        return entries.size();
    }

    Weight weight() {
        return weight;
    }

    List<Map.Entry<Value, Value>> entries() {
        return List.copyOf(entries.values());
    }

    List<Value> keys() {
        return entries.values().stream().map(Map.Entry::getKey).toList();
    }

    List<Value> values() {
        return entries.values().stream().map(Map.Entry::getValue).toList();
    }

    List<Value> items() {
        return entries.values().stream()
                .<Value>map(e -> Tuple.of(e.getKey(), e.getValue()))
                .toList();
    }

    /// What is equal in Java exactly where the value is equal in Python.
    ///
    /// @throws Refusal if the value cannot be a key
    static Object hashable(Value value) {
        return switch (value) {
            case Bool bool -> new BigDecimal(bool.number());
            case Int number -> new BigDecimal(number.value()).stripTrailingZeros();
            case Real real when Double.isFinite(real.value()) -> new BigDecimal(real.value()).stripTrailingZeros();
            case Tuple tuple -> tuple.items().stream().map(Dict::hashable).toList();
            case Listed list -> throw new Refusal("unhashable type: 'list'");
            case Dict dict -> throw new Refusal("unhashable type: 'dict'");
            default -> value;
        };
    }
}
