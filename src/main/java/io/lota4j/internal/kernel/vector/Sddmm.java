package io.lota4j.internal.kernel.vector;

import static io.lota4j.internal.kernel.vector.NativeMemory.ALL;
import static io.lota4j.internal.kernel.vector.NativeMemory.ORDER;

import io.lota4j.internal.Text;
import io.lota4j.internal.kernel.Activations;
import io.lota4j.internal.kernel.Entries;
import io.lota4j.internal.memory.Buffer;
import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// One sampled product.
///
/// A task takes some rows, one panel of columns and one part of the tokens. Block by block it copies its
/// columns of the inputs, tokens side by side, to where they stay in the core's cache, then goes through the
/// rows, whose gradients it copies in the same way a few at a time.
record Sddmm(
        SddmmTiling plan,
        Packing x,
        Packing dy,
        int rows,
        boolean all,
        long index,
        long spans,
        long gradient,
        long partial,
        int count) {
    /// Rows whose gradients are copied at a time: a cache line of each token.
    private static final int GROUP = (int) (Scratch.LINE / Float.BYTES);
    /// Rows that are worth a task's own copy of its columns.
    private static final int ROWS = 64;

    /// Tasks for two or more cores. On more cores than there are panels and parts, rows are cut as well.
    private static final int TASKS = Math.max(4, 2 * Runtime.getRuntime().availableProcessors());

    /// @param panels lends a task's copies
    /// @param tables lends what all tasks share
    /// @throws IllegalArgumentException when the sizes do not fit
    static void run(Panels panels, Scratch tables, Activations x, Activations dy, Entries entries, Buffer gradient) {
        check(x, dy, entries);
        int count = Math.toIntExact(entries.count());
        if (count == 0 || x.tokens() == 0) {
            return;
        }
        SddmmTiling plan = SddmmTiling.of(x.features(), x.tokens());
        int rows = dy.features();
        boolean all = entries.index() == null;
        long spanBytes = 4L * rows * plan.panels() + 4;
        long partialBytes = 4L * count * (plan.parts() - 1);
        try (Scratch.Buffer shared = tables.take(spanBytes + partialBytes)) {
            long spans = shared.address();
            long partial = spans + spanBytes;
            long index = NativeMemory.index(entries);
            if (all) {
                Spans.all(rows, plan, spans);
            } else {
                Spans.find(index, count, rows, plan, spans);
            }
            long sums = NativeMemory.compact(gradient, entries);
            new Sddmm(plan, Packing.of(x), Packing.of(dy), rows, all, index, spans, sums, partial, count).run(panels);
        }
    }

    private static void check(Activations x, Activations dy, Entries entries) {
        long size = (long) x.features() * dy.features();
        if (x.tokens() != dy.tokens()) {
            throw new IllegalArgumentException(
                    Text.format("inputs of %d tokens, gradients of %d", x.tokens(), dy.tokens()));
        }
        if (entries.count() > 0 && (entries.at(0) < 0 || entries.at(entries.count() - 1) >= size)) {
            throw new IllegalArgumentException(Text.format("entries outside of a weight of %d elements", size));
        }
    }

    private void run(Panels panels) {
        int tasks = plan.panels() * plan.parts();
        int ranges = Math.clamp(rows / ROWS, 1, Math.max(1, TASKS / tasks));
        IntStream.range(0, tasks * ranges).parallel().forEach(task -> {
            int range = task % ranges;
            int panel = task / ranges % plan.panels();
            int part = task / ranges / plan.panels();
            int length = plan.length() * Dot.LANES.length();
            Panels.Panel copies = panels.take(plan.width(), GROUP, length);
            run(copies, panel, part, rows * range / ranges, rows * (range + 1) / ranges);
            panels.giveBack(copies);
        });
        for (int part = 1; part < plan.parts(); part++) {
            Gathers.add(partial + 4L * (part - 1) * count, count, gradient);
        }
    }

    private void run(Panels.Panel copies, int panel, int part, int firstRow, int lastRow) {
        int column = plan.column(panel);
        int columns = plan.column(panel + 1) - column;
        for (int block = plan.block(part); block < plan.block(part + 1); block++) {
            int start = plan.vector(block) * Dot.LANES.length();
            int length = plan.vector(block + 1) * Dot.LANES.length() - start;
            x.pack(column, columns, start, length, copies.x());
            boolean add = part == 0 || block > plan.block(part);
            for (int group = firstRow; group < lastRow; group += GROUP) {
                int end = Math.min(group + GROUP, lastRow);
                if (isEmpty(group, end, panel)) {
                    continue;
                }
                dy.pack(group, end - group, start, length, copies.dy());
                for (int row = group; row < end; row++) {
                    row(row, panel, part, add, copies, (row - group) * length, length);
                }
            }
        }
    }

    private void row(int row, int panel, int part, boolean add, Panels.Panel copies, int at, int length) {
        int from = first(row, panel);
        int entries = last(row, panel) - from;
        if (entries == 0) {
            return;
        }
        int[] columns = copies.columns();
        if (all) {
            for (int e = 0; e < entries; e++) {
                columns[e] = e * length;
            }
        } else {
            int first = row * plan.columns() + plan.column(panel);
            MemorySegment.copy(NativeMemory.ALL, NativeMemory.INT, index + 4L * from, columns, 0, entries);
            for (int e = 0; e < entries; e++) {
                columns[e] = (columns[e] - first) * length;
            }
        }
        Dot.row(copies.dy(), at, copies.x(), length, columns, entries, copies.sums());
        long out = (part == 0 ? gradient : partial + 4L * (part - 1) * count) + 4L * from;
        Gathers.put(copies.sums(), entries, out, add);
    }

    private int first(int row, int panel) {
        return NativeMemory.getInt(spans + 4L * (row * plan.panels() + panel));
    }

    private int last(int row, int panel) {
        return NativeMemory.getInt(spans + 4L * (row * plan.panels() + panel + 1));
    }

    private boolean isEmpty(int from, int to, int panel) {
        for (int row = from; row < to; row++) {
            if (last(row, panel) > first(row, panel)) {
                return false;
            }
        }
        return true;
    }

    /// Where the entries of each row and panel begin.
    static final class Spans {
        private static final VectorSpecies<Integer> LANES = IntVector.SPECIES_PREFERRED;

        private Spans() {}

        /// Stores for each row and panel the place of its first entry, I32 `[rows, panels]`, and behind them the number
        /// of entries.
        static void find(long index, int count, int rows, SddmmTiling plan, long to) {
            int place = 0;
            long at = to;
            for (int row = 0; row < rows; row++) {
                for (int panel = 0; panel < plan.panels(); panel++, at += 4) {
                    place = skip(index, place, count, row * plan.columns() + plan.column(panel));
                    NativeMemory.setInt(at, place);
                }
            }
            NativeMemory.setInt(at, count);
        }

        /// The same where every element is an entry.
        static void all(int rows, SddmmTiling plan, long to) {
            long at = to;
            for (int row = 0; row < rows; row++) {
                for (int panel = 0; panel < plan.panels(); panel++, at += 4) {
                    NativeMemory.setInt(at, row * plan.columns() + plan.column(panel));
                }
            }
            NativeMemory.setInt(at, rows * plan.columns());
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
            while (at < count && NativeMemory.getInt(index + 4L * at) < bound) {
                at++;
            }
            return at;
        }
    }
}
