package io.lota4j.ticket;

import io.lota4j.checkpoint.Checkpoint;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Floats;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// The elements of one tensor in two checkpoints, compared block by block on all cores. The results do not depend on
/// how many there are.
record Differences(DType baseType, MemorySegment base, DType tunedType, MemorySegment tuned, int count) {
    /// Elements converted at once: two arrays of them stay in a core's cache.
    private static final int BLOCK = 1 << 12;

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// Elements that one thread takes at once.
    private static final int CHUNK = 1 << 19;

    static Differences of(Checkpoint base, Checkpoint tuned, String name) {
        return new Differences(
                base.info(name).dtype(),
                base.bytes(name),
                tuned.info(name).dtype(),
                tuned.bytes(name),
                Math.toIntExact(base.info(name).shape().numel()));
    }

    /// Tuned minus base at one element, in F32.
    float at(long index) {
        return Floats.get(tunedType, tuned, index) - Floats.get(baseType, base, index);
    }

    /// All differences.
    ///
    /// @param into as long as the tensor or longer
    void fill(float[] into) {
        chunks().forEach(chunk -> {
            float[] baseBlock = new float[BLOCK];
            float[] block = new float[BLOCK];
            for (int from = chunk * CHUNK; from < end(chunk); from += BLOCK) {
                int size = read(from, end(chunk), baseBlock, block);
                System.arraycopy(block, 0, into, from, size);
            }
        });
    }

    /// The blocks that differ, in order. A difference that is not a number is one.
    List<Changes> changed() {
        return chunks().mapToObj(this::changed).flatMap(List::stream).toList();
    }

    private List<Changes> changed(int chunk) {
        float[] baseBlock = new float[BLOCK];
        float[] block = new float[BLOCK];
        int[] indices = new int[BLOCK];
        List<Changes> changed = new ArrayList<>();
        for (int from = chunk * CHUNK; from < end(chunk); from += BLOCK) {
            int size = read(from, end(chunk), baseBlock, block);
            int differing = gather(block, size, from, indices);
            if (differing > 0) {
                changed.add(new Changes(Arrays.copyOf(indices, differing), Arrays.copyOf(block, differing)));
            }
        }
        return changed;
    }

    /// Moves what is not zero to the front, without branches: which elements changed cannot be predicted.
    private static int gather(float[] block, int size, int from, int[] indices) {
        int found = 0;
        for (int i = 0; i < size; i++) {
            float difference = block[i];
            block[found] = difference;
            indices[found] = from + i;
            found += difference != 0 ? 1 : 0;
        }
        return found;
    }

    /// @return how many differences were read: a block, or what is left before the end
    private int read(int from, int end, float[] baseBlock, float[] block) {
        int size = Math.min(BLOCK, end - from);
        if (baseType == DType.BF16 && tunedType == DType.BF16) {
            readBf16(from, size, block);
            return size;
        }
        read(baseType, base, from, size, baseBlock);
        read(tunedType, tuned, from, size, block);
        for (int i = 0; i < size; i++) {
            block[i] -= baseBlock[i];
        }
        return size;
    }

    /// What nearly all checkpoints are takes one pass instead of three.
    private void readBf16(int from, int size, float[] block) {
        for (int i = 0; i < size; i++) {
            block[i] = Floats.bf16ToFloat(tuned.get(SHORT, (from + (long) i) * Short.BYTES))
                    - Floats.bf16ToFloat(base.get(SHORT, (from + (long) i) * Short.BYTES));
        }
    }

    private static void read(DType dtype, MemorySegment elements, long from, long size, float[] into) {
        Floats.toF32(
                dtype,
                elements.asSlice(from * dtype.size(), size * dtype.size()),
                MemorySegment.ofArray(into).asSlice(0, size * Float.BYTES));
    }

    private IntStream chunks() {
        return IntStream.range(0, Math.ceilDiv(count, CHUNK)).parallel();
    }

    private int end(int chunk) {
        return (int) Math.min(count, (chunk + 1L) * CHUNK);
    }
}
