package io.lota4j.internal.kernel.vector;

import static io.lota4j.internal.kernel.vector.NativeMemory.ALL;
import static io.lota4j.internal.kernel.vector.NativeMemory.ORDER;

import io.lota4j.internal.kernel.DecodingKernel.Attention;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// Attention of the newest token of a sequence, one head at a time.
///
/// @param keys address of the sequence's keys for this head, `[capacity, head]`
/// @param values address of its values
/// @param from the first position that is seen
/// @param to behind the last
record NextAttention(long keys, long values, int from, int to, int head) {
    private static final VectorSpecies<Float> LANES = Dot.LANES;
    private static final int COUNT = LANES.length();

    /// Floats that scores of so many positions need.
    static int room(int capacity) {
        return Math.ceilDiv(capacity, COUNT) * COUNT;
    }

    /// @param q queries, this head's from `at` on
    /// @param number of the head
    /// @param scores of [#room], written over
    /// @param y gets the result from `at` on
    void run(Attention attention, int number, float[] q, int at, float[] scores, float[] y) {
        int count = to - from;
        int p = 0;
        for (; p + 4 <= count; p += 4) {
            four(q, at, scores, p);
        }
        for (; p < count; p++) {
            scores[p] = one(q, at, keys + row(p));
        }
        Arrays.fill(scores, count, room(count), Float.NEGATIVE_INFINITY);
        float most = shape(scores, count, attention.scale(), attention.cap());
        boolean sinks = attention.sinks().length > 0;
        float sink = sinks ? attention.sinks()[number] : Float.NEGATIVE_INFINITY;
        float shift = Math.max(most, sink);
        float sum = exponentials(scores, count, shift);
        if (sinks) {
            sum += Exponential.exp(FloatVector.broadcast(LANES, sink - shift)).lane(0);
        }
        weigh(scores, count, 1 / sum, y, at);
    }

    private long row(int position) {
        return (long) Float.BYTES * head * (from + position);
    }

    private void four(float[] q, int at, float[] scores, int p) {
        long k0 = keys + row(p);
        long k1 = k0 + (long) Float.BYTES * head;
        long k2 = k1 + (long) Float.BYTES * head;
        long k3 = k2 + (long) Float.BYTES * head;
        FloatVector s0 = FloatVector.zero(LANES);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        int whole = head - head % COUNT;
        for (int i = 0; i < whole; i += COUNT) {
            FloatVector v = FloatVector.fromArray(LANES, q, at + i);
            s0 = v.fma(load(k0 + 4L * i), s0);
            s1 = v.fma(load(k1 + 4L * i), s1);
            s2 = v.fma(load(k2 + 4L * i), s2);
            s3 = v.fma(load(k3 + 4L * i), s3);
        }
        scores[p] = rest(LaneSum.of(s0), q, at, k0, whole);
        scores[p + 1] = rest(LaneSum.of(s1), q, at, k1, whole);
        scores[p + 2] = rest(LaneSum.of(s2), q, at, k2, whole);
        scores[p + 3] = rest(LaneSum.of(s3), q, at, k3, whole);
    }

    private float one(float[] q, int at, long key) {
        FloatVector s = FloatVector.zero(LANES);
        int whole = head - head % COUNT;
        for (int i = 0; i < whole; i += COUNT) {
            s = FloatVector.fromArray(LANES, q, at + i).fma(load(key + 4L * i), s);
        }
        return rest(LaneSum.of(s), q, at, key, whole);
    }

    private float rest(float sum, float[] q, int at, long key, int whole) {
        float all = sum;
        for (int i = whole; i < head; i++) {
            all = Math.fma(q[at + i], NativeMemory.getFloat(key + 4L * i), all);
        }
        return all;
    }

    /// Scales and bends the scores and returns the highest.
    private static float shape(float[] scores, int count, float scale, float cap) {
        float most = Float.NEGATIVE_INFINITY;
        for (int p = 0; p < count; p++) {
            scores[p] *= scale;
        }
        if (cap > 0) {
            for (int p = 0; p < count; p += COUNT) {
                Exponential.tanh(FloatVector.fromArray(LANES, scores, p).div(cap))
                        .mul(cap)
                        .intoArray(scores, p);
            }
        }
        for (int p = 0; p < count; p++) {
            most = Math.max(most, scores[p]);
        }
        return most;
    }

    /// Turns the scores into exponentials and returns their sum.
    private static float exponentials(float[] scores, int count, float shift) {
        int room = room(count);
        for (int p = 0; p < room; p += COUNT) {
            Exponential.exp(FloatVector.fromArray(LANES, scores, p).sub(shift)).intoArray(scores, p);
        }
        Arrays.fill(scores, count, room, 0);
        FloatVector sum = FloatVector.zero(LANES);
        for (int p = 0; p < room; p += COUNT) {
            sum = sum.add(FloatVector.fromArray(LANES, scores, p));
        }
        return LaneSum.of(sum);
    }

    private void weigh(float[] scores, int count, float share, float[] y, int at) {
        int i = 0;
        for (; i + 4 * COUNT <= head; i += 4 * COUNT) {
            fourVectors(scores, count, share, y, at, i);
        }
        for (; i + COUNT <= head; i += COUNT) {
            oneVector(scores, count, share, y, at, i);
        }
        for (; i < head; i++) {
            float sum = 0;
            for (int p = 0; p < count; p++) {
                sum = Math.fma(scores[p], NativeMemory.getFloat(values + row(p) + 4L * i), sum);
            }
            y[at + i] = sum * share;
        }
    }

    private void fourVectors(float[] scores, int count, float share, float[] y, int at, int i) {
        FloatVector s0 = FloatVector.zero(LANES);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        for (int p = 0; p < count; p++) {
            FloatVector score = FloatVector.broadcast(LANES, scores[p]);
            long value = values + row(p) + 4L * i;
            s0 = score.fma(load(value), s0);
            s1 = score.fma(load(value + 4L * COUNT), s1);
            s2 = score.fma(load(value + 8L * COUNT), s2);
            s3 = score.fma(load(value + 12L * COUNT), s3);
        }
        s0.mul(share).intoArray(y, at + i);
        s1.mul(share).intoArray(y, at + i + COUNT);
        s2.mul(share).intoArray(y, at + i + 2 * COUNT);
        s3.mul(share).intoArray(y, at + i + 3 * COUNT);
    }

    private void oneVector(float[] scores, int count, float share, float[] y, int at, int i) {
        FloatVector s = FloatVector.zero(LANES);
        for (int p = 0; p < count; p++) {
            s = FloatVector.broadcast(LANES, scores[p]).fma(load(values + row(p) + 4L * i), s);
        }
        s.mul(share).intoArray(y, at + i);
    }

    private static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(LANES, ALL, address, ORDER);
    }
}
