package io.lota4j.bench;

import io.lota4j.internal.memory.Buffer;
import io.lota4j.internal.memory.HostBuffer;
import io.lota4j.memory.Host;
import java.lang.foreign.Arena;
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
    Buffer index(double density) {
        int[] index = random.ints(0, size())
                .distinct()
                .limit(Math.max(1, Math.round(density * size())))
                .sorted()
                .toArray();
        return Host.of(arena, index);
    }

    Buffer gaussian(long count) {
        return Host.gaussian(arena, count, random);
    }

    void fill(Buffer values) {
        for (long i = 0; i < values.byteSize() / Float.BYTES; i++) {
            HostBuffer.memoryOf(values).setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian());
        }
    }
}
