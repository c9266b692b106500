package io.lota4j.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;

/// Random numbers and masks of a layer's size.
final class Layer {
    private final SplittableRandom random = new SplittableRandom(5);
    private final Arena arena;
    final int rows;
    final int columns;

    /// @param shape rows and columns, such as `576x1536`
    Layer(Arena arena, String shape) {
        this.arena = arena;
        int times = shape.indexOf('x');
        this.rows = Integer.parseInt(shape.substring(0, times));
        this.columns = Integer.parseInt(shape.substring(times + 1));
    }

    int size() {
        return rows * columns;
    }

    /// Indices of about a share of all elements, drawn one by one.
    MemorySegment index(double density) {
        int[] index = random.ints(0, size())
                .distinct()
                .limit(Math.max(1, Math.round(density * size())))
                .sorted()
                .toArray();
        return arena.allocateFrom(ValueLayout.JAVA_INT, index);
    }

    MemorySegment gaussian(long count) {
        MemorySegment values = arena.allocate(ValueLayout.JAVA_FLOAT, count);
        fill(values);
        return values;
    }

    void fill(MemorySegment values) {
        for (long i = 0; i < values.byteSize() / Float.BYTES; i++) {
            values.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian());
        }
    }
}
