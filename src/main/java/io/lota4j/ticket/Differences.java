package io.lota4j.ticket;

import io.lota4j.checkpoint.Checkpoint;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Floats;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.stream.IntStream;

/// The elements of one tensor in two checkpoints, compared block by block on all cores. The results do not depend on
/// how many there are.
record Differences(DType baseType, MemorySegment base, DType tunedType, MemorySegment tuned, int count) {
    /// Elements converted at once: two arrays of them stay in a core's cache.
    private static final int BLOCK = 1 << 12;

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// Elements that one thread takes at once: whole words of marks.
    private static final int CHUNK = 1 << 19;

    /// @param values tuned minus base
    /// @param baseBits the base's elements
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Gathered(float[] values, byte[] baseBits) {}

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

    /// A bit for each element that differs, lowest first. A difference that is not a number is one.
    long[] marks() {
        long[] marks = new long[Math.ceilDiv(count, Long.SIZE)];
        boolean words = baseType == tunedType && baseType.size() == Short.BYTES;
        chunks().forEach(chunk -> {
            if (words) {
                markWords(WordCompare.of(baseType), chunk, marks);
            } else {
                markBlocks(chunk, marks);
            }
        });
        return marks;
    }

    private void markWords(WordCompare compare, int chunk, long[] marks) {
        int end = Math.ceilDiv(end(chunk), Long.SIZE);
        for (int word = firstWord(chunk); word < end; word++) {
            long from = (long) word * Long.SIZE;
            boolean whole = count - from >= Long.SIZE;
            long differing = whole ? compare.differing(base, tuned, from) : WordCompare.UNKNOWN;
            marks[word] = differing == WordCompare.UNKNOWN ? oneByOne(from) : differing;
        }
    }

    private long oneByOne(long from) {
        long marks = 0;
        for (long index = from; index < Math.min(count, from + Long.SIZE); index++) {
            marks |= mark(at(index)) << index;
        }
        return marks;
    }

    private void markBlocks(int chunk, long[] marks) {
        float[] baseBlock = new float[BLOCK];
        float[] block = new float[BLOCK];
        for (int from = chunk * CHUNK; from < end(chunk); from += BLOCK) {
            int size = read(from, end(chunk), baseBlock, block);
            for (int i = 0; i < size; i++) {
                marks[(from + i) / Long.SIZE] |= mark(block[i]) << i;
            }
        }
    }

    /// 1, or 0 for a zero of any sign.
    private static long mark(float difference) {
        int magnitude = Float.floatToRawIntBits(difference) << 1;
        return (magnitude | -magnitude) >>> Integer.SIZE - 1;
    }

    private static int firstWord(int chunk) {
        return chunk * (CHUNK / Long.SIZE);
    }

    /// The differences that are marked, and the base's elements there, each in their order.
    ///
    /// @param marks as [#marks()] gives them
    Gathered gather(long[] marks) {
        int[] starts = starts(marks);
        int all = starts[starts.length - 1];
        Gathered gathered = new Gathered(new float[all], new byte[Math.multiplyExact(all, baseType.size())]);
        MemorySegment baseBits = MemorySegment.ofArray(gathered.baseBits);
        chunks().forEach(chunk -> {
            int position = starts[chunk];
            int end = Math.ceilDiv(end(chunk), Long.SIZE);
            for (int word = firstWord(chunk); word < end; word++) {
                for (long left = marks[word]; left != 0; left &= left - 1) {
                    int index = word * Long.SIZE + Long.numberOfTrailingZeros(left);
                    gathered.values[position] = at(index);
                    Bits.copy(baseType.size(), base, index, baseBits, position++);
                }
            }
        });
        return gathered;
    }

    /// How many marks are before each chunk and, at the end, how many there are.
    private int[] starts(long[] marks) {
        int[] starts = new int[Math.ceilDiv(count, CHUNK) + 1];
        for (int word = 0; word < marks.length; word++) {
            starts[word / firstWord(1) + 1] += Long.bitCount(marks[word]);
        }
        Arrays.parallelPrefix(starts, Integer::sum);
        return starts;
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
