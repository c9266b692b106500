package io.lota4j.internal.jinja;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Variables by name. A loop's pass, a macro's call and a block have a scope of their own: what is set there is not
/// seen outside.
final class Scope {
    private final @Nullable Scope outer;
    private final Map<String, Value> values;

    Scope(@Nullable Scope outer, Map<String, Value> values) {
        this.outer = outer;
        this.values = new HashMap<>(values);
    }

    Scope inner() {
        return new Scope(this, Map.of());
    }

    @Nullable
    Value get(String name) {
        for (Scope scope = this; scope != null; scope = scope.outer) {
            Value value = scope.values.get(name);
            if (value != null) {
                return value;
            }
        }
        return null;
    }

    void set(String name, Value value) {
        values.put(name, value);
    }
}
