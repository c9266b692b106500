package io.lota4j.kernel.cuda;

import static io.lota4j.kernel.cuda.Argument.in;
import static io.lota4j.kernel.cuda.Argument.inOut;
import static io.lota4j.kernel.cuda.Argument.of;

import io.lota4j.kernel.Entries;
import io.lota4j.kernel.Moments;
import io.lota4j.kernel.Update;
import io.lota4j.kernel.WorkingWeights;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The optimizers' kernels and their arguments. Constants are combined in F64 and rounded once, as the
/// specification does it.
record Steps(Entries entries, MemorySegment gradient, Moments moments, WorkingWeights weights) {
    static String kernel(Update update) {
        return switch (update) {
            case Update.RmsProp _ -> "rmsprop";
            case Update.AdamW _ -> "adamw";
            case Update.Sgd _ -> "sgd";
        };
    }

    Argument[] arguments(Update update) {
        return switch (update) {
            case Update.RmsProp u ->
                new Argument[] {
                    of(entries.count()),
                    in("index", entries.index()),
                    in("gradient", compact("gradient", gradient)),
                    inOut("second moments", compact("second moments", moments.second())),
                    master(),
                    of(Codes.of(weights.type())),
                    working(),
                    of((float) u.scale()),
                    of(u.kept()),
                    of((float) u.alpha()),
                    of((float) (1 - u.alpha())),
                    of((float) u.epsilon()),
                    of((float) u.lr())
                };
            case Update.AdamW u ->
                new Argument[] {
                    of(entries.count()),
                    in("index", entries.index()),
                    in("gradient", compact("gradient", gradient)),
                    inOut("first moments", compact("first moments", moments.first())),
                    inOut("second moments", compact("second moments", moments.second())),
                    master(),
                    of(Codes.of(weights.type())),
                    working(),
                    of((float) u.scale()),
                    of(u.kept()),
                    of((float) (1 - u.beta1())),
                    of((float) u.beta2()),
                    of((float) (1 - u.beta2())),
                    of((float) u.epsilon()),
                    of((float) (u.lr() / u.correction1())),
                    of((float) Math.sqrt(u.correction2()))
                };
            case Update.Sgd u ->
                new Argument[] {
                    of(entries.count()),
                    in("index", entries.index()),
                    in("gradient", compact("gradient", gradient)),
                    inOut("first moments", compact("first moments", moments.first())),
                    master(),
                    of(Codes.of(weights.type())),
                    working(),
                    of((float) u.scale()),
                    of(u.kept()),
                    of((float) u.momentum()),
                    of((float) u.lr())
                };
        };
    }

    private Argument master() {
        MemorySegment master = weights.master();
        return inOut("masters", master == null ? null : Extents.compact("masters", master, entries.count()));
    }

    private Argument working() {
        return inOut("weights", weights.memory());
    }

    private MemorySegment compact(String name, @Nullable MemorySegment segment) {
        return Extents.compact(name, Objects.requireNonNull(segment, "the optimizer's state"), entries.count());
    }
}
