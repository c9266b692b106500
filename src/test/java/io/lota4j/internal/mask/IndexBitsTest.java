package io.lota4j.internal.mask;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.internal.Text;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.roaringbitmap.RoaringBitmap;

/// Bits read in place are those of the library's set.
class IndexBitsTest {
    private static final int ELEMENTS = 400_000;
    private static final int SEEDS = 30;

    /// Containers of every kind: none, lists, bitmaps and runs.
    private static RoaringBitmap random(SplittableRandom random) {
        RoaringBitmap set = new RoaringBitmap();
        for (int from = 0; from < ELEMENTS; from += 1 << 16) {
            int end = Math.min(ELEMENTS, from + (1 << 16));
            switch (random.nextInt(4)) {
                case 0 -> add(set, random, from, end, random.nextInt(4000));
                case 1 -> add(set, random, from, end, 30_000);
                case 2 -> addRuns(set, random, from, end);
                default -> set.remove((long) from, end);
            }
        }
        return set;
    }

    private static void add(RoaringBitmap set, SplittableRandom random, int from, int end, int count) {
        for (int i = 0; i < count; i++) {
            set.add(random.nextInt(from, end));
        }
    }

    private static void addRuns(RoaringBitmap set, SplittableRandom random, int from, int end) {
        for (int run = 0; run < 5; run++) {
            int first = random.nextInt(from, end);
            set.add((long) first, random.nextInt(first, end) + 1L);
        }
    }

    private static IndexBits read(RoaringBitmap set) {
        ByteBuffer bytes = ByteBuffer.allocate(set.serializedSizeInBytes()).order(ByteOrder.LITTLE_ENDIAN);
        set.serialize(bytes);
        return IndexBits.of(MemorySegment.ofArray(bytes.array()), ELEMENTS, "w");
    }

    @Test
    void rangesAndRanksAreTheLibrarys() {
        for (long seed = 0; seed < SEEDS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            RoaringBitmap set = random(random);
            IndexBits plain = read(set);
            IndexBits optimized = read(IndexSets.optimized(set.clone()));
            for (int range = 0; range < 40; range++) {
                int from = random.nextInt(ELEMENTS) & (random.nextBoolean() ? -1 : -64);
                int count = random.nextInt(ELEMENTS - from + 1);
                String what = Text.format("seed %d, %d elements from %d", seed, count, from);
                assertRange(plain, set, from, count, what);
                assertRange(optimized, set, from, count, what);
            }
        }
    }

    private static void assertRange(IndexBits bits, RoaringBitmap set, int from, int count, String what) {
        BitSet expected = new BitSet(count);
        set.forEachInRange(from, count, (int index) -> expected.set(index - from));
        long[] words = new long[IndexBits.words(count) + 1];
        Arrays.fill(words, -1);
        bits.read(from, count, words);
        assertThat(BitSet.valueOf(Arrays.copyOf(words, IndexBits.words(count))))
                .as(what)
                .isEqualTo(expected);
        assertThat(bits.rank(from)).as(what).isEqualTo(from == 0 ? 0 : set.rankLong(from - 1));
        assertThat(bits.rank(from + count) - bits.rank(from)).as(what).isEqualTo(expected.cardinality());
    }

    @Test
    void rangesMakeOneSet() {
        for (int span : new int[] {1, 63, 64, 65, 100, 128, 4099}) {
            SplittableRandom random = new SplittableRandom(span);
            int ranges = 1 + random.nextInt(50);
            RoaringBitmap expected = new RoaringBitmap();
            long[] marks = new long[ranges * IndexBits.words(span)];
            for (int index = 0; index < ranges * span; index++) {
                if (random.nextInt(3) == 0) {
                    expected.add(index);
                    marks[index / span * IndexBits.words(span) + index % span / Long.SIZE] |= 1L << index % span;
                }
            }
            assertThat(IndexSets.ofRanges(marks, span)).as("span %d", span).isEqualTo(expected);
        }
    }
}
