package io.lota4j.internal.kernel.cuda;

import static io.lota4j.internal.kernel.cuda.Argument.in;
import static io.lota4j.internal.kernel.cuda.Argument.inOut;
import static io.lota4j.internal.kernel.cuda.Argument.of;

import io.lota4j.internal.kernel.Entries;
import io.lota4j.internal.kernel.Moments;
import io.lota4j.internal.kernel.Update;
import io.lota4j.internal.kernel.WorkingWeights;
import io.lota4j.internal.memory.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The optimizers' kernels and their arguments. Constants are combined in F64 and rounded once, as the
/// specification does it.
record CudaSteps(Entries entries, Buffer gradient, Moments moments, WorkingWeights weights) {
    static String kernel(Update update) {
        return switch (update) {
            case Update.RmsProp _ -> "rmsprop";
            case Update.AdamW _ -> "adamw";
            case Update.Sgd _ -> "sgd";
        };
    }

    Argument[] arguments(Update update) {
        return switch (update) {
            case Update.RmsProp u -> arguments(u, List.of(second()), u.alpha(), 1 - u.alpha(), u.epsilon(), u.lr());
            case Update.AdamW u ->
                arguments(
                        u,
                        List.of(first(), second()),
                        1 - u.beta1(),
                        u.beta2(),
                        1 - u.beta2(),
                        u.epsilon(),
                        u.lr() / u.correction1(),
                        Math.sqrt(u.correction2()));
            case Update.Sgd u -> arguments(u, List.of(first()), u.momentum(), u.lr());
        };
    }

    /// What all rules have, with a rule's own moments and constants.
    private Argument[] arguments(Update update, List<Argument> state, double... constants) {
        List<Argument> all = new ArrayList<>();
        all.add(of(entries.count()));
        all.add(in("index", entries.index()));
        all.add(in("gradient", compact("gradient", gradient)));
        all.addAll(state);
        all.add(master());
        all.add(of(Codes.of(weights.type())));
        all.add(inOut("weights", weights.memory()));
        all.add(of((float) update.scale()));
        all.add(of(update.kept()));
        for (double constant : constants) {
            all.add(of((float) constant));
        }
        return all.toArray(Argument[]::new);
    }

    private Argument first() {
        return inOut("first moments", compact("first moments", moments.first()));
    }

    private Argument second() {
        return inOut("second moments", compact("second moments", moments.second()));
    }

    private Argument master() {
        Buffer master = weights.master();
        return inOut("masters", master == null ? null : Extents.compact("masters", master, entries.count()));
    }

    private Buffer compact(String name, @Nullable Buffer buffer) {
        return Extents.compact(name, Objects.requireNonNull(buffer, "the optimizer's state"), entries.count());
    }
}
