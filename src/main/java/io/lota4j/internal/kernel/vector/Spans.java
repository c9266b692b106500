package io.lota4j.internal.kernel.vector;

import static io.lota4j.internal.kernel.vector.Memory.ALL;
import static io.lota4j.internal.kernel.vector.Memory.ORDER;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// Where the entries of each row and panel begin.
final class Spans {
    private static final VectorSpecies<Integer> LANES = IntVector.SPECIES_PREFERRED;

    private Spans() {}

    /// Stores for each row and panel the place of its first entry, I32 `[rows, panels]`, and behind them the number
    /// of entries.
    static void find(long index, int count, int rows, Plan plan, long to) {
        int place = 0;
        long at = to;
        for (int row = 0; row < rows; row++) {
            for (int panel = 0; panel < plan.panels(); panel++, at += 4) {
                place = skip(index, place, count, row * plan.columns() + plan.column(panel));
                Memory.setInt(at, place);
            }
        }
        Memory.setInt(at, count);
    }

    /// The same where every element is an entry.
    static void all(int rows, Plan plan, long to) {
        long at = to;
        for (int row = 0; row < rows; row++) {
            for (int panel = 0; panel < plan.panels(); panel++, at += 4) {
                Memory.setInt(at, row * plan.columns() + plan.column(panel));
            }
        }
        Memory.setInt(at, rows * plan.columns());
    }

    /// The first place from `place` on whose index is not less than `bound`.
    private static int skip(long index, int place, int count, int bound) {
        int at = place;
        while (at + LANES.length() <= count) {
            int less = IntVector.fromMemorySegment(LANES, ALL, index + 4L * at, ORDER)
                    .compare(VectorOperators.LT, bound)
                    .trueCount();
            at += less;
            if (less < LANES.length()) {
                return at;
            }
        }
        while (at < count && Memory.getInt(index + 4L * at) < bound) {
            at++;
        }
        return at;
    }
}
