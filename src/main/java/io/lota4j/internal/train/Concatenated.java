package io.lota4j.internal.train;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.BiConsumer;

/// One F32 value for each trained weight, all in one array, one trainable's after the other: what is sent to other
/// processes, and back.
final class Concatenated {
    private Concatenated() {}

    /// An array that is filled.
    ///
    /// @param fill gets each trainable and its part of the array
    static float[] of(List<Trainable> trainables, BiConsumer<Trainable, MemorySegment> fill) {
        long count = trainables.stream().mapToLong(t -> t.entries().count()).sum();
        float[] values = new float[Math.toIntExact(count)];
        each(values, trainables, fill);
        return values;
    }

    /// Lends each trainable's part of an array.
    static void each(float[] values, List<Trainable> trainables, BiConsumer<Trainable, MemorySegment> user) {
        MemorySegment all = MemorySegment.ofArray(values);
        long from = 0;
        for (Trainable trainable : trainables) {
            long bytes = Float.BYTES * trainable.entries().count();
            user.accept(trainable, all.asSlice(from, bytes));
            from += bytes;
        }
    }
}
