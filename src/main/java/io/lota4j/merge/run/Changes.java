package io.lota4j.merge.run;

import java.util.List;
import org.roaringbitmap.RoaringBitmap;
import org.roaringbitmap.RoaringBitmapWriter;

/// Changed weights, in ascending order of their place.
///
/// @param indices flat and row-major
/// @param values their deltas
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record Changes(int[] indices, float[] values) {

    /// All in one.
    ///
    /// @param parts in their order
    static Changes of(List<Changes> parts) {
        int count = Math.toIntExact(parts.stream().mapToLong(Changes::count).sum());
        Changes all = new Changes(new int[count], new float[count]);
        int at = 0;
        for (Changes part : parts) {
            System.arraycopy(part.indices, 0, all.indices, at, part.count());
            System.arraycopy(part.values, 0, all.values, at, part.count());
            at += part.count();
        }
        return all;
    }

    int count() {
        return indices.length;
    }

    /// The first that is not before a flat index.
    ///
    /// @param from where to begin to look
    int find(int from, int index) {
        int found = from;
        while (found < indices.length && indices[found] < index) {
            found++;
        }
        return found;
    }

    /// The flat indices as a set.
    RoaringBitmap index() {
        RoaringBitmapWriter<RoaringBitmap> writer =
                RoaringBitmapWriter.writer().constantMemory().get();
        for (int index : indices) {
            writer.add(index);
        }
        RoaringBitmap set = writer.get();
        set.runOptimize();
        return set;
    }
}
