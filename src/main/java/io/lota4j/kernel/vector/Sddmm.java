package io.lota4j.kernel.vector;

import io.lota4j.kernel.Activations;
import io.lota4j.kernel.Entries;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.stream.IntStream;
import jdk.incubator.vector.FloatVector;

/// One sampled product.
///
/// A task takes some rows, one panel of columns and one part of the tokens. Block by block it copies its columns of the
/// inputs, tokens side by side, to where they stay in the core's cache, then goes through the rows, whose gradients
/// it copies in the same way a few at a time.
record Sddmm(
        Plan plan,
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

    static void run(Scratch scratch, Activations x, Activations dy, Entries entries, MemorySegment gradient) {
        int count = Math.toIntExact(entries.count());
        int rows = dy.features();
        if (count == 0 || x.tokens() == 0) {
            return;
        }
        Plan plan = Plan.of(x.features(), x.tokens());
        long spanBytes = 4L * rows * plan.panels() + 4;
        long sumBytes = 4L * count * (plan.parts() - 1);
        MemorySegment mask = entries.index();
        boolean all = mask == null;
        try (Scratch.Buffer own = scratch.take(spanBytes + sumBytes + (all ? 4L * plan.width() : 0))) {
            long index = mask == null ? own.address() + spanBytes + sumBytes : Memory.address(mask, 4L * count);
            if (all) {
                Spans.all(rows, plan, own.address(), index);
            } else {
                Spans.find(index, count, rows, plan, own.address());
            }
            long sums = Memory.address(gradient, 4L * count);
            new Sddmm(
                            plan,
                            Packing.of(x),
                            Packing.of(dy),
                            rows,
                            all,
                            index,
                            own.address(),
                            sums,
                            own.address() + spanBytes,
                            count)
                    .run(scratch);
        }
        Reference.reachabilityFence(x);
        Reference.reachabilityFence(dy);
        Reference.reachabilityFence(entries);
        Reference.reachabilityFence(gradient);
    }

    private void run(Scratch scratch) {
        int tasks = plan.parts() * plan.panels();
        int ranges = Math.clamp(rows / 64, 1, Math.max(1, Integer.getInteger("plan.min", 4) / tasks));
        IntStream.range(0, tasks * ranges).parallel().forEach(task -> {
            int range = task % ranges;
            int first = rows * range / ranges;
            run(
                    scratch,
                    task / ranges % plan.panels(),
                    task / ranges / plan.panels(),
                    first,
                    rows * (range + 1) / ranges);
        });
        for (int part = 1; part < plan.parts(); part++) {
            add(partial + 4L * (part - 1) * count);
        }
    }

    private void add(long from) {
        int e = 0;
        for (; e + Dot.LANES.length() <= count; e += Dot.LANES.length()) {
            FloatVector sum = FloatVector.fromMemorySegment(Dot.LANES, Memory.ALL, gradient + 4L * e, Memory.ORDER)
                    .add(FloatVector.fromMemorySegment(Dot.LANES, Memory.ALL, from + 4L * e, Memory.ORDER));
            sum.intoMemorySegment(Memory.ALL, gradient + 4L * e, Memory.ORDER);
        }
        for (; e < count; e++) {
            Memory.setFloat(gradient + 4L * e, Memory.getFloat(gradient + 4L * e) + Memory.getFloat(from + 4L * e));
        }
    }

    private void run(Scratch scratch, int panel, int part, int firstRow, int lastRow) {
        int column = plan.column(panel);
        int columns = plan.column(panel + 1) - column;
        long columnBytes = (long) columns * plan.length() * Dot.VECTOR;
        try (Scratch.Buffer own = scratch.take(columnBytes + (long) GROUP * plan.length() * Dot.VECTOR)) {
            long packed = own.address() + columnBytes;
            for (int block = plan.block(part); block < plan.block(part + 1); block++) {
                int start = plan.vector(block) * Dot.LANES.length();
                int length = plan.vector(block + 1) * Dot.LANES.length() - start;
                x.pack(column, columns, start, length, own.address());
                for (int group = firstRow; group < lastRow; group += GROUP) {
                    int end = Math.min(group + GROUP, lastRow);
                    if (isEmpty(group, end, panel)) {
                        continue;
                    }
                    dy.pack(group, end - group, start, length, packed);
                    for (int row = group; row < end; row++) {
                        row(
                                row,
                                panel,
                                part,
                                part == 0 || block > plan.block(part),
                                packed + 4L * (row - group) * length,
                                own.address(),
                                length);
                    }
                }
            }
        }
    }

    private void row(int row, int panel, int part, boolean add, long dy, long x, int length) {
        int from = first(row, panel);
        int entries = last(row, panel) - from;
        long out = (part == 0 ? gradient : partial + 4L * (part - 1) * count) + 4L * from;
        int first = row * plan.columns() + plan.column(panel);
        int vectors = length / Dot.LANES.length();
        if (all) {
            Dot.row(dy, x, 4L * length, vectors, index, 0, entries, out, add);
        } else {
            Dot.row(dy, x, 4L * length, vectors, index + 4L * from, first, entries, out, add);
        }
    }

    private int first(int row, int panel) {
        return Memory.getInt(spans + 4L * (row * plan.panels() + panel));
    }

    private int last(int row, int panel) {
        return Memory.getInt(spans + 4L * (row * plan.panels() + panel + 1));
    }

    private boolean isEmpty(int from, int to, int panel) {
        for (int row = from; row < to; row++) {
            if (last(row, panel) > first(row, panel)) {
                return false;
            }
        }
        return true;
    }
}
