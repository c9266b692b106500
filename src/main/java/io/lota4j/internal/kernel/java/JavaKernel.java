package io.lota4j.internal.kernel.java;

import static io.lota4j.internal.memory.HostBuffer.memoryOf;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.lota4j.checkpoint.DType;
import io.lota4j.internal.checkpoint.Floats;
import io.lota4j.internal.kernel.Activations;
import io.lota4j.internal.kernel.Entries;
import io.lota4j.internal.kernel.MaskedKernel;
import io.lota4j.internal.kernel.Moments;
import io.lota4j.internal.kernel.Update;
import io.lota4j.internal.kernel.WorkingWeights;
import io.lota4j.internal.memory.Buffer;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The specification: one entry after another.
public final class JavaKernel implements MaskedKernel {
    @Override
    public String name() {
        return "java";
    }

    @Override
    public String description() {
        return "one entry after another";
    }

    @Override
    public double denseFrom() {
        return 0.007;
    }

    @Override
    public void gather(Buffer dense, Entries entries, Buffer values) {
        MemorySegment from = memoryOf(dense);
        MemorySegment to = memoryOf(values);
        for (long e = 0; e < entries.count(); e++) {
            to.setAtIndex(JAVA_FLOAT, e, from.getAtIndex(JAVA_FLOAT, entries.at(e)));
        }
    }

    @Override
    public void gatherAdd(Buffer dense, Entries entries, Buffer gradient) {
        MemorySegment from = memoryOf(dense);
        MemorySegment to = memoryOf(gradient);
        for (long e = 0; e < entries.count(); e++) {
            float sum = to.getAtIndex(JAVA_FLOAT, e) + from.getAtIndex(JAVA_FLOAT, entries.at(e));
            to.setAtIndex(JAVA_FLOAT, e, sum);
        }
    }

    @Override
    public void scatter(Buffer values, Entries entries, DType type, Buffer weights) {
        MemorySegment from = memoryOf(values);
        MemorySegment to = memoryOf(weights);
        for (long e = 0; e < entries.count(); e++) {
            Floats.set(type, to, entries.at(e), from.getAtIndex(JAVA_FLOAT, e));
        }
    }

    /// Each dot product is added up in F64 and rounded once.
    @Override
    public void sddmm(Activations x, Activations dy, Entries entries, Buffer gradient) {
        MemorySegment inputs = memoryOf(x.memory());
        MemorySegment gradients = memoryOf(dy.memory());
        MemorySegment sums = memoryOf(gradient);
        for (long e = 0; e < entries.count(); e++) {
            int row = (int) (entries.at(e) / x.features());
            int column = (int) (entries.at(e) % x.features());
            double sum = 0;
            for (int t = 0; t < x.tokens(); t++) {
                sum += (double) gradients.getAtIndex(JAVA_FLOAT, dy.at(t, row))
                        * inputs.getAtIndex(JAVA_FLOAT, x.at(t, column));
            }
            sums.setAtIndex(JAVA_FLOAT, e, (float) (sums.getAtIndex(JAVA_FLOAT, e) + sum));
        }
    }

    @Override
    public double sumOfSquares(Buffer values, long count) {
        MemorySegment memory = memoryOf(values);
        double sum = 0;
        for (long e = 0; e < count; e++) {
            double value = memory.getAtIndex(JAVA_FLOAT, e);
            sum += value * value;
        }
        return sum;
    }

    @Override
    public void step(Update update, Entries entries, Buffer gradient, Moments moments, WorkingWeights weights) {
        MemorySegment g = memoryOf(gradient);
        Weights w = Weights.of(weights);
        switch (update) {
            case Update.RmsProp u -> rmsProp(u, entries, g, given(moments.second()), w);
            case Update.AdamW u -> adamW(u, entries, g, given(moments.first()), given(moments.second()), w);
            case Update.Sgd u -> sgd(u, entries, g, given(moments.first()), w);
        }
    }

    private static MemorySegment given(@Nullable Buffer moment) {
        return memoryOf(Objects.requireNonNull(moment, "the optimizer's state"));
    }

    /// The memory of working weights.
    private record Weights(
            MemorySegment memory, DType type, @Nullable MemorySegment master) {
        static Weights of(WorkingWeights weights) {
            Buffer master = weights.master();
            return new Weights(memoryOf(weights.memory()), weights.type(), master == null ? null : memoryOf(master));
        }
    }

    private static void rmsProp(Update.RmsProp u, Entries entries, MemorySegment g, MemorySegment v, Weights w) {
        float scale = (float) u.scale();
        float keep = u.kept();
        float alpha = (float) u.alpha();
        float rest = (float) (1 - u.alpha());
        float epsilon = (float) u.epsilon();
        float size = (float) u.lr();
        for (long e = 0; e < entries.count(); e++) {
            float gradient = g.getAtIndex(JAVA_FLOAT, e) * scale;
            float square = v.getAtIndex(JAVA_FLOAT, e) * alpha + rest * gradient * gradient;
            v.setAtIndex(JAVA_FLOAT, e, square);
            float step = -size * gradient / ((float) Math.sqrt(square) + epsilon);
            move(w, entries, e, keep, step);
        }
    }

    private static void adamW(
            Update.AdamW u, Entries entries, MemorySegment g, MemorySegment m, MemorySegment v, Weights w) {
        float scale = (float) u.scale();
        float keep = u.kept();
        float rest1 = (float) (1 - u.beta1());
        float beta2 = (float) u.beta2();
        float rest2 = (float) (1 - u.beta2());
        float epsilon = (float) u.epsilon();
        float size = (float) (u.lr() / u.correction1());
        float root = (float) Math.sqrt(u.correction2());
        for (long e = 0; e < entries.count(); e++) {
            float gradient = g.getAtIndex(JAVA_FLOAT, e) * scale;
            float mean = m.getAtIndex(JAVA_FLOAT, e);
            mean += rest1 * (gradient - mean);
            m.setAtIndex(JAVA_FLOAT, e, mean);
            float square = v.getAtIndex(JAVA_FLOAT, e) * beta2 + rest2 * gradient * gradient;
            v.setAtIndex(JAVA_FLOAT, e, square);
            float step = -size * mean / ((float) Math.sqrt(square) / root + epsilon);
            move(w, entries, e, keep, step);
        }
    }

    private static void sgd(Update.Sgd u, Entries entries, MemorySegment g, MemorySegment b, Weights w) {
        float scale = (float) u.scale();
        float keep = u.kept();
        float momentum = (float) u.momentum();
        float size = (float) u.lr();
        for (long e = 0; e < entries.count(); e++) {
            float velocity = b.getAtIndex(JAVA_FLOAT, e) * momentum + g.getAtIndex(JAVA_FLOAT, e) * scale;
            b.setAtIndex(JAVA_FLOAT, e, velocity);
            move(w, entries, e, keep, -size * velocity);
        }
    }

    private static void move(Weights w, Entries entries, long e, float keep, float step) {
        long place = entries.at(e);
        MemorySegment master = w.master() == null ? w.memory() : w.master();
        long own = w.master() == null ? place : e;
        float moved = master.getAtIndex(JAVA_FLOAT, own) * keep + step;
        master.setAtIndex(JAVA_FLOAT, own, moved);
        if (w.master() != null) {
            Floats.set(w.type(), w.memory(), place, moved);
        }
    }
}
