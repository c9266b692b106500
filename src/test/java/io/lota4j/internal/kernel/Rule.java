package io.lota4j.internal.kernel;

import java.util.function.LongFunction;
import java.util.stream.Stream;

/// An optimizer's updates, step by step.
///
/// @param at the update of step 1, 2, …
public record Rule(String name, LongFunction<Update> at) {
    /// Every kind of update, with and without decay.
    public static Stream<Rule> all() {
        return Stream.of(
                new Rule("rmsprop", step -> new Update.RmsProp(1e-3, 0.5, 0, 0.99, 1e-8)),
                new Rule("rmsprop with decay", step -> new Update.RmsProp(1e-3, 1, 0.1, 0.99, 1e-8)),
                new Rule("adamw with decay", step -> adamW(step, 0.1)),
                new Rule("adamw without", step -> adamW(step, 0)),
                new Rule("sgd with momentum", step -> new Update.Sgd(1e-2, 1, 0, 0.9)),
                new Rule("sgd with decay", step -> new Update.Sgd(1e-2, 0.3, 0.2, 0)));
    }

    private static Update adamW(double step, double decay) {
        return new Update.AdamW(1e-3, 0.7, decay, 0.9, 0.999, 1e-8, 1 - Math.pow(0.9, step), 1 - Math.pow(0.999, step));
    }

    @Override
    public String toString() {
        return name;
    }
}
