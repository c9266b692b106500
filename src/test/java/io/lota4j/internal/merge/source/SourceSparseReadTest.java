package io.lota4j.internal.merge.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.mask.IndexBits;
import io.lota4j.internal.merge.ModelTensor;
import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// What a range of a delta is does not depend on how it is read.
class SourceSparseReadTest {
    private static final int SEEDS = 60;

    @Test
    void sparseReadsEqualDenseOnes() {
        for (long seed = 0; seed < SEEDS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            int size = 1 + random.nextInt(200_000);
            float[] dense = new float[size];
            int given = random.nextInt(1 + random.nextInt(2 * size));
            int[] indices = new int[given];
            float[] values = Adapters.randoms(random, given);
            for (int i = 0; i < given; i++) {
                indices[i] = random.nextInt(size);
                dense[indices[i]] += values[i];
            }
            SparseDelta sparse = Scattered.delta(Shape.of(size), indices, values);
            assertThat(Adapters.all(sparse)).as("seed %d", seed).isEqualTo(dense);
            for (int range = 0; range < 20; range++) {
                int from = random.nextInt(size);
                assertRange(sparse, dense, from, random.nextInt(size - from + 1), Text.format("seed %d", seed));
            }
        }
    }

    private static void assertRange(SparseDelta sparse, float[] dense, int from, int count, String what) {
        String where = Text.format("%s, %d elements from %d", what, count, from);
        float[] expected = Arrays.copyOfRange(dense, from, from + count);
        float[] found = new float[count + 1];
        sparse.read(from, count, found);
        assertThat(Arrays.copyOf(found, count)).as(where).isEqualTo(expected);

        long[] marks = new long[IndexBits.words(count)];
        float[] values = new float[count];
        int entries = sparse.entries(from, count, marks, values);
        int[] offsets = BitSet.valueOf(marks).stream().toArray();
        assertThat(offsets).as(where).hasSize(entries);
        float[] scattered = new float[count];
        for (int i = 0; i < entries; i++) {
            scattered[offsets[i]] = values[i];
        }
        assertThat(scattered).as(where).isEqualTo(expected);
    }

    @Test
    void lowRankRangesEqualTheWholeProduct() {
        for (long seed = 0; seed < SEEDS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            int rows = 1 + random.nextInt(20);
            int columns = 1 + random.nextInt(1500);
            int rank = 1 + random.nextInt(5);
            float[] left = Adapters.randoms(random, rows * rank);
            float[] right = Adapters.randoms(random, rank * columns);
            ModelTensor delta = new LowRankDelta(Shape.of(rows, columns), left, right, rank, 0.5f);
            float[] whole = Adapters.all(delta);
            assertThat(whole).as("seed %d", seed).isEqualTo(product(left, right, rank, columns));
            for (int range = 0; range < 20; range++) {
                int from = random.nextInt(whole.length);
                int count = random.nextInt(whole.length - from + 1);
                float[] found = new float[count];
                delta.read(from, count, found);
                assertThat(found)
                        .as("seed %d, %d elements from %d", seed, count, from)
                        .isEqualTo(Arrays.copyOfRange(whole, from, from + count));
            }
        }
    }

    private static float[] product(float[] left, float[] right, int rank, int columns) {
        float[] product = new float[left.length / rank * columns];
        for (int i = 0; i < product.length; i++) {
            float sum = 0;
            for (int k = 0; k < rank; k++) {
                sum = Math.fma(left[i / columns * rank + k], right[k * columns + i % columns], sum);
            }
            product[i] = sum * 0.5f;
        }
        return product;
    }
}
