package io.lota4j.internal.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.roaringbitmap.RoaringBitmap;

class IndexSetsTest {
    private static final int MUTATIONS = 200;

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {0, 1, 2, 3, 4, 5, 6, 7})
    void bytesComeBackAndAreCanonical(long seed) {
        RandomMasks.of(seed).tensors().forEach((name, tensor) -> {
            RoaringBitmap set = tensor.trainable();
            byte[] bytes = IndexSets.toBytes(set);
            assertThat(read(bytes, tensor.shape().numel())).isEqualTo(set);
            RoaringBitmap oneByOne = new RoaringBitmap();
            set.forEach((int i) -> oneByOne.add(i));
            assertThat(IndexSets.toBytes(oneByOne)).as(name).isEqualTo(bytes);
            assertThat(IndexSets.toBytes(read(plain(set), tensor.shape().numel())))
                    .isEqualTo(bytes);
        });
    }

    /// The serialization without runs, which other programs may write.
    private static byte[] plain(RoaringBitmap set) {
        RoaringBitmap plain = set.clone();
        plain.removeRunCompression();
        ByteBuffer bytes = ByteBuffer.allocate(plain.serializedSizeInBytes()).order(ByteOrder.LITTLE_ENDIAN);
        plain.serialize(bytes);
        return bytes.array();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {0, 1, 2, 3, 4, 5, 6, 7})
    void damagedBytesAreRefusedOrAreAnotherSet(long seed) {
        Random random = new Random(seed);
        RandomMasks.of(seed).tensors().forEach((name, tensor) -> {
            for (byte[] bytes : new byte[][] {IndexSets.toBytes(tensor.trainable()), plain(tensor.trainable())}) {
                for (int i = 0; i < MUTATIONS; i++) {
                    consistentOrRefused(damaged(bytes, random), tensor.shape().numel());
                }
            }
        });
    }

    private static byte[] damaged(byte[] bytes, Random random) {
        byte[] damaged = Arrays.copyOf(bytes, random.nextInt(8) == 0 ? random.nextInt(bytes.length + 9) : bytes.length);
        for (int flips = random.nextInt(3); flips >= 0 && damaged.length > 0; flips--) {
            // The structure is at the front: a damaged bit of a bitmap only makes another count.
            int bound = random.nextBoolean() ? Math.min(damaged.length, 40) : damaged.length;
            damaged[random.nextInt(bound)] ^= (byte) (1 << random.nextInt(8));
        }
        return damaged;
    }

    private static void consistentOrRefused(byte[] bytes, long elements) {
        RoaringBitmap set;
        try {
            set = read(bytes, elements);
        } catch (LotaException e) {
            assertThat(e).hasMessageStartingWith("x.mask: tensor 'w': ");
            return;
        }
        int[] indices = set.toArray();
        assertThat(indices).isSorted();
        assertThat((long) indices.length).isEqualTo(set.getLongCardinality());
        assertThat(RoaringBitmap.bitmapOf(indices)).isEqualTo(set);
        assertThat(indices.length == 0 || (indices[0] >= 0 && indices[indices.length - 1] < elements))
                .isTrue();
    }

    @Test
    void saysWhatIsWrong() {
        byte[] good = IndexSets.toBytes(RoaringBitmap.bitmapOf(1, 5, 70000));
        refused(new byte[3], 10, "not a portable RoaringBitmap (3 bytes without its header).");
        refused(new byte[20], 10, "not a portable RoaringBitmap (20 bytes without its header).");
        refused(changed(good, 7, -1), 70001, "not a portable RoaringBitmap (30 bytes without its header).");
        refused(changed(good, 6, 1), 70001, "not a portable RoaringBitmap (30 bytes without its header).");
        refused(Arrays.copyOf(good, 29), 70001, "the index set ends before its last container; is the file truncated?");
        refused(Arrays.copyOf(good, 32), 70001, "2 bytes follow the end of the index set.");
        refused(
                changed(good, 26, 1),
                70001,
                "the index set contradicts itself (the order or the counts of its indices).");
        refused(good, 70000, "index 70000 is past the end of a tensor of 70000 elements.");
    }

    private static byte[] changed(byte[] bytes, int at, int value) {
        byte[] changed = bytes.clone();
        changed[at] = (byte) value;
        return changed;
    }

    private static void refused(byte[] bytes, long elements, String message) {
        assertThatThrownBy(() -> read(bytes, elements))
                .isInstanceOf(LotaException.class)
                .hasMessage("%s", "x.mask: tensor 'w': " + message);
    }

    private static RoaringBitmap read(byte[] bytes, long elements) {
        return IndexSets.fromBytes(MemorySegment.ofArray(bytes), elements, "x.mask: tensor 'w'");
    }
}
