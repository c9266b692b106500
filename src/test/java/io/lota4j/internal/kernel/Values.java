package io.lota4j.internal.kernel;

import io.lota4j.checkpoint.DType;
import io.lota4j.internal.checkpoint.Floats;
import io.lota4j.internal.memory.Buffer;
import io.lota4j.internal.memory.HostBuffer;
import io.lota4j.memory.Host;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;

/// Numbers for kernels to work on.
final class Values {
    private static final float[] ODD = {
        0f,
        -0f,
        Float.MIN_VALUE,
        1e-40f,
        65519f,
        65520f,
        3.39e38f,
        -Float.MAX_VALUE,
        1e-20f,
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY,
        Float.NaN
    };

    private Values() {}

    static float[] gaussian(SplittableRandom random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    /// Whole numbers that are so small that sums of their products are exact in F32, in whatever order.
    static float[] whole(SplittableRandom random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextInt(-7, 8);
        }
        return values;
    }

    /// Normally distributed, now and then zero, subnormal, huge, infinite or NaN.
    static float[] odd(SplittableRandom random, int count) {
        float[] values = gaussian(random, count);
        for (int i = 0; i < count; i++) {
            if (random.nextInt(16) == 0) {
                values[i] = ODD[random.nextInt(ODD.length)];
            }
        }
        return values;
    }

    /// What lies in the middle between two finite neighbours of a 16-bit type, and the next numbers of F32 beside
    /// it: normal, subnormal, of both signs.
    static float[] ties(DType type) {
        short[] bits = new short[1 << 16];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = (short) i;
        }
        MemorySegment all = MemorySegment.ofArray(bits);
        float[] ties = new float[3 * bits.length];
        for (int i = 0; i + 1 < bits.length; i++) {
            double middle = ((double) Floats.get(type, all, i) + Floats.get(type, all, i + 1)) / 2;
            if (Double.isFinite(middle)) {
                ties[3 * i] = Math.nextDown((float) middle);
                ties[3 * i + 1] = (float) middle;
                ties[3 * i + 2] = Math.nextUp((float) middle);
            }
        }
        return ties;
    }

    /// Any bits at all.
    static HostBuffer bits(SplittableRandom random, long bytes) {
        byte[] bits = new byte[(int) bytes];
        random.nextBytes(bits);
        return Host.of(bits);
    }

    static HostBuffer segment(float... values) {
        return Host.of(values.clone());
    }

    /// The values, all NaN as one, so that equal arrays mean equal results: which NaN comes out of an operation on
    /// two of them is nobody's promise.
    static float[] values(DType type, Buffer memory) {
        float[] values = new float[(int) (memory.byteSize() / type.size())];
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.intBitsToFloat(Float.floatToIntBits(Floats.get(type, HostBuffer.memoryOf(memory), i)));
        }
        return values;
    }
}
