package io.lota4j.internal.kernel.vector;

import static io.lota4j.internal.kernel.vector.NativeMemory.ALL;
import static io.lota4j.internal.kernel.vector.NativeMemory.ORDER;

import io.lota4j.internal.kernel.Update;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// The arithmetic of the updates on compact arrays of whole vectors: operation by operation what the plain kernel
/// does, nothing fused, so that the bits are equal. Division and square root are exactly rounded in either.
final class Rules {
    static final VectorSpecies<Float> LANES = FloatVector.SPECIES_PREFERRED;

    private Rules() {}

    /// Moves `count` weights.
    ///
    /// @param g address of the gradients
    /// @param m address of the first moments, 0 where the rule has none
    /// @param v address of the second moments, 0 where the rule has none
    /// @param w address of the masters
    static void move(Update update, long count, long g, long m, long v, long w) {
        switch (update) {
            case Update.RmsProp u -> rmsProp(u, 4 * count, g, v, w);
            case Update.AdamW u -> adamW(u, 4 * count, g, m, v, w);
            case Update.Sgd u -> sgd(u, 4 * count, g, m, w);
        }
    }

    private static void rmsProp(Update.RmsProp u, long bytes, long g, long v, long w) {
        float scale = (float) u.scale();
        float keep = u.kept();
        float alpha = (float) u.alpha();
        float rest = (float) (1 - u.alpha());
        float epsilon = (float) u.epsilon();
        float size = (float) u.lr();
        for (long at = 0; at < bytes; at += LANES.vectorByteSize()) {
            FloatVector gradient = load(g + at).mul(scale);
            FloatVector square = load(v + at).mul(alpha).add(gradient.mul(rest).mul(gradient));
            store(square, v + at);
            FloatVector step = gradient.mul(-size)
                    .div(square.lanewise(VectorOperators.SQRT).add(epsilon));
            store(load(w + at).mul(keep).add(step), w + at);
        }
    }

    private static void adamW(Update.AdamW u, long bytes, long g, long m, long v, long w) {
        float scale = (float) u.scale();
        float keep = u.kept();
        float rest1 = (float) (1 - u.beta1());
        float beta2 = (float) u.beta2();
        float rest2 = (float) (1 - u.beta2());
        float epsilon = (float) u.epsilon();
        float size = (float) (u.lr() / u.correction1());
        float root = (float) Math.sqrt(u.correction2());
        for (long at = 0; at < bytes; at += LANES.vectorByteSize()) {
            FloatVector gradient = load(g + at).mul(scale);
            FloatVector before = load(m + at);
            FloatVector mean = before.add(gradient.sub(before).mul(rest1));
            store(mean, m + at);
            FloatVector square = load(v + at).mul(beta2).add(gradient.mul(rest2).mul(gradient));
            store(square, v + at);
            FloatVector divisor =
                    square.lanewise(VectorOperators.SQRT).div(root).add(epsilon);
            store(load(w + at).mul(keep).add(mean.mul(-size).div(divisor)), w + at);
        }
    }

    private static void sgd(Update.Sgd u, long bytes, long g, long b, long w) {
        float scale = (float) u.scale();
        float keep = u.kept();
        float momentum = (float) u.momentum();
        float size = (float) u.lr();
        for (long at = 0; at < bytes; at += LANES.vectorByteSize()) {
            FloatVector velocity = load(b + at).mul(momentum).add(load(g + at).mul(scale));
            store(velocity, b + at);
            store(load(w + at).mul(keep).add(velocity.mul(-size)), w + at);
        }
    }

    private static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(LANES, ALL, address, ORDER);
    }

    private static void store(FloatVector lanes, long address) {
        lanes.intoMemorySegment(ALL, address, ORDER);
    }
}
