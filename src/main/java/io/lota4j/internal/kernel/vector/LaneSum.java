package io.lota4j.internal.kernel.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;

/// Sums over lanes in one order. [FloatVector#reduceLanes] leaves the order to whoever runs it: interpreter and
/// compiler differ, and with them the bits of equal runs.
final class LaneSum {
    private static final int COUNT = Dot.LANES.length();
    private static final VectorShuffle<Float> BY8 = by(8);
    private static final VectorShuffle<Float> BY4 = by(4);
    private static final VectorShuffle<Float> BY2 = by(2);
    private static final VectorShuffle<Float> BY1 = by(1);

    private LaneSum() {}

    private static VectorShuffle<Float> by(int lanes) {
        return VectorShuffle.fromOp(Dot.LANES, lane -> (lane + lanes) % COUNT);
    }

    /// Halves are added until one lane is left; `lanes` are at most 16.
    static float of(FloatVector lanes) {
        FloatVector sum = lanes;
        if (COUNT > 8) {
            sum = sum.add(sum.rearrange(BY8));
        }
        if (COUNT > 4) {
            sum = sum.add(sum.rearrange(BY4));
        }
        if (COUNT > 2) {
            sum = sum.add(sum.rearrange(BY2));
        }
        return sum.add(sum.rearrange(BY1)).lane(0);
    }
}
