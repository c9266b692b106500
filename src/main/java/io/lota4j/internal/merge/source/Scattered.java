package io.lota4j.internal.merge.source;

import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.checkpoint.Elements;
import io.lota4j.internal.mask.IndexBits;
import io.lota4j.internal.mask.IndexSets;
import java.util.Arrays;
import org.roaringbitmap.RoaringBitmap;
import org.roaringbitmap.RoaringBitmapWriter;

/// Values at indices in any order, brought into the order of the indices.
final class Scattered {
    private Scattered() {}

    /// Values at the same index are added in F32, in the order they come. Sums of zero are left out: files are padded
    /// with zeros at index 0.
    ///
    /// @param indices flat, within the shape
    /// @param values one for each index
    static SparseDelta delta(Shape shape, int[] indices, float[] values) {
        long[] keys = new long[indices.length];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = (long) indices[i] << Integer.SIZE | i;
        }
        Arrays.parallelSort(keys);
        RoaringBitmapWriter<RoaringBitmap> index = IndexSets.writer();
        float[] sums = new float[keys.length];
        int count = 0;
        int next = 0;
        while (next < keys.length) {
            int at = (int) (keys[next] >>> Integer.SIZE);
            float sum = 0;
            while (next < keys.length && (int) (keys[next] >>> Integer.SIZE) == at) {
                sum += values[(int) keys[next++]];
            }
            if (sum != 0) {
                index.add(at);
                sums[count++] = sum;
            }
        }
        return new SparseDelta(shape, IndexBits.of(index.get()), Elements.of(Arrays.copyOf(sums, count)));
    }
}
