package io.lota4j.ticket;

import io.lota4j.mask.IndexSets;
import java.util.List;
import org.roaringbitmap.RoaringBitmap;
import org.roaringbitmap.RoaringBitmapWriter;

/// Changed weights, in ascending order of their place.
///
/// @param indices flat and row-major
/// @param values their deltas, as many
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record Changes(int[] indices, float[] values) {

    /// All in one.
    ///
    /// @param parts in their order
    public static Changes of(List<Changes> parts) {
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

    /// How many there are.
    public int count() {
        return indices.length;
    }

    /// The flat indices as a set.
    public RoaringBitmap index() {
        RoaringBitmapWriter<RoaringBitmap> writer = IndexSets.writer();
        for (int index : indices) {
            writer.add(index);
        }
        return IndexSets.optimized(writer.get());
    }
}
