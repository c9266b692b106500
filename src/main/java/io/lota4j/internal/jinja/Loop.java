package io.lota4j.internal.jinja;

import io.lota4j.internal.jinja.Value.Bool;
import io.lota4j.internal.jinja.Value.Function;
import io.lota4j.internal.jinja.Value.Int;
import io.lota4j.internal.jinja.Value.LoopState;
import io.lota4j.internal.jinja.Value.Undefined;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the variable `loop` tells of a loop that runs.
final class Loop {
    private final List<Value> items;
    private final int depth;
    private final @Nullable Recursion recursion;
    private int at = -1;
    private @Nullable List<Value> seen;

    /// Renders the loop's body for other items.
    interface Recursion {
        Value run(Value items, int depth);
    }

    /// @param depth 0 for a loop that is not within itself
    /// @param recursion null unless the loop is recursive
    Loop(List<Value> items, int depth, @Nullable Recursion recursion) {
        this.items = items;
        this.depth = depth;
        this.recursion = recursion;
    }

    /// Goes to the next item.
    Value next() {
        at++;
        return items.get(at);
    }

    boolean hasNext() {
        return at + 1 < items.size();
    }

    LoopState state() {
        return new LoopState(this);
    }

    int length() {
        return items.size();
    }

    /// `loop(items)`.
    Value call(Arguments arguments) {
        if (recursion == null) {
            throw new Refusal("the loop must be marked 'recursive' to be called");
        }
        return recursion.run(arguments.bind("loop", "items").get("items"), depth + 1);
    }

    @Nullable
    Value member(String name) {
        return switch (name) {
            case "index" -> Int.of(at + 1L);
            case "index0" -> Int.of(at);
            case "revindex" -> Int.of(items.size() - at);
            case "revindex0" -> Int.of(items.size() - at - 1L);
            case "first" -> Bool.of(at == 0);
            case "last" -> Bool.of(at == items.size() - 1);
            case "length" -> Int.of(items.size());
            case "depth" -> Int.of(depth + 1L);
            case "depth0" -> Int.of(depth);
            case "previtem" -> at > 0 ? items.get(at - 1) : new Undefined("there is no previous item");
            case "nextitem" -> hasNext() ? items.get(at + 1) : new Undefined("there is no next item");
            case "cycle" -> new Function(name, this::cycle);
            case "changed" -> new Function(name, this::changed);
            default -> null;
        };
    }

    private Value cycle(Arguments arguments) {
        if (arguments.positional().isEmpty()) {
            throw new Refusal("no items for cycling given");
        }
        return arguments.positional().get(at % arguments.positional().size());
    }

    private Bool changed(Arguments arguments) {
        boolean same = seen != null && Operators.equal(Value.Tuple.of(seen), Value.Tuple.of(arguments.positional()));
        seen = arguments.positional();
        return Bool.of(!same);
    }

    @Override
    public String toString() {
        return "<LoopContext " + (at + 1) + "/" + items.size() + ">";
    }
}
