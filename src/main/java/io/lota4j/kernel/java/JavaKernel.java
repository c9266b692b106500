package io.lota4j.kernel.java;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Floats;
import io.lota4j.kernel.Activations;
import io.lota4j.kernel.Entries;
import io.lota4j.kernel.MaskedKernel;
import io.lota4j.kernel.Moments;
import io.lota4j.kernel.Update;
import io.lota4j.kernel.WorkingWeights;
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
    public void gather(MemorySegment dense, Entries entries, MemorySegment values) {
        for (long e = 0; e < entries.count(); e++) {
            values.setAtIndex(JAVA_FLOAT, e, dense.getAtIndex(JAVA_FLOAT, entries.at(e)));
        }
    }

    @Override
    public void gatherAdd(MemorySegment dense, Entries entries, MemorySegment gradient) {
        for (long e = 0; e < entries.count(); e++) {
            float sum = gradient.getAtIndex(JAVA_FLOAT, e) + dense.getAtIndex(JAVA_FLOAT, entries.at(e));
            gradient.setAtIndex(JAVA_FLOAT, e, sum);
        }
    }

    @Override
    public void scatter(MemorySegment values, Entries entries, DType type, MemorySegment weights) {
        for (long e = 0; e < entries.count(); e++) {
            Floats.set(type, weights, entries.at(e), values.getAtIndex(JAVA_FLOAT, e));
        }
    }

    /// Each dot product is added up in F64 and rounded once.
    @Override
    public void sddmm(Activations x, Activations dy, Entries entries, MemorySegment gradient) {
        for (long e = 0; e < entries.count(); e++) {
            int row = (int) (entries.at(e) / x.features());
            int column = (int) (entries.at(e) % x.features());
            double sum = 0;
            for (int t = 0; t < x.tokens(); t++) {
                sum += (double) dy.memory().getAtIndex(JAVA_FLOAT, dy.at(t, row))
                        * x.memory().getAtIndex(JAVA_FLOAT, x.at(t, column));
            }
            gradient.setAtIndex(JAVA_FLOAT, e, (float) (gradient.getAtIndex(JAVA_FLOAT, e) + sum));
        }
    }

    @Override
    public double sumOfSquares(MemorySegment values, long count) {
        double sum = 0;
        for (long e = 0; e < count; e++) {
            double value = values.getAtIndex(JAVA_FLOAT, e);
            sum += value * value;
        }
        return sum;
    }

    @Override
    public void step(Update update, Entries entries, MemorySegment gradient, Moments moments, WorkingWeights weights) {
        switch (update) {
            case Update.RmsProp u -> rmsProp(u, entries, gradient, given(moments.second()), weights);
            case Update.AdamW u -> adamW(u, entries, gradient, moments, weights);
            case Update.Sgd u -> sgd(u, entries, gradient, given(moments.first()), weights);
        }
    }

    private static MemorySegment given(@Nullable MemorySegment moment) {
        return Objects.requireNonNull(moment, "the optimizer's state");
    }

    private static void rmsProp(Update.RmsProp u, Entries entries, MemorySegment g, MemorySegment v, WorkingWeights w) {
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

    private static void adamW(Update.AdamW u, Entries entries, MemorySegment g, Moments moments, WorkingWeights w) {
        MemorySegment m = given(moments.first());
        MemorySegment v = given(moments.second());
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

    private static void sgd(Update.Sgd u, Entries entries, MemorySegment g, MemorySegment b, WorkingWeights w) {
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

    private static void move(WorkingWeights w, Entries entries, long e, float keep, float step) {
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
