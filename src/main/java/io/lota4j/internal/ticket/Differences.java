package io.lota4j.internal.ticket;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.Floats;
import io.lota4j.internal.mask.IndexSets;
import io.lota4j.ticket.TicketTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;
import org.roaringbitmap.RoaringBitmapWriter;

/// The elements of one tensor in two checkpoints, compared block by block on all cores. The results do not depend on
/// how many there are.
///
/// Elements differ when their bits do, of two types when the bits of their floats do: a negative zero differs from
/// zero, a NaN from itself does not.
public record Differences(DType baseType, MemorySegment base, DType tunedType, MemorySegment tuned, int count) {
    /// Elements converted at once: two arrays of them stay in a core's cache.
    private static final int BLOCK = 1 << 12;

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// Elements that one thread takes at once: whole words of marks.
    private static final int CHUNK = 1 << 19;

    /// @param values what is added to the base's elements, finite
    /// @param baseBits the base's elements
    /// @param exact the tuned elements that adding does not give
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Gathered(
            float[] values, byte[] baseBits, @Nullable ExactValues exact) {}

    /// @param tunedName of the tensor in the tuned checkpoint
    /// @throws LotaException when the tuned tensor holds F64 numbers that F32 does not
    static Differences of(Checkpoint base, String name, Checkpoint tuned, String tunedName) {
        DType tunedType = tuned.info(tunedName).dtype();
        boolean wide = tunedType == DType.F64;
        return new Differences(
                base.info(name).dtype(),
                base.bytes(name),
                wide ? DType.F32 : tunedType,
                wide ? narrowed(tuned, tunedName) : tuned.bytes(tunedName),
                Math.toIntExact(base.info(name).shape().numel()));
    }

    private static MemorySegment narrowed(Checkpoint tuned, String name) {
        MemorySegment wide = tuned.bytes(name);
        long count = wide.byteSize() / Double.BYTES;
        MemorySegment floats = Arena.ofAuto().allocate(count * Float.BYTES, Float.BYTES);
        Floats.toF32(DType.F64, wide, floats);
        for (long i = 0; i < count; i++) {
            double value = wide.get(DOUBLE, i * Double.BYTES);
            double kept = Floats.get(DType.F32, floats, i);
            if (Double.doubleToRawLongBits(value) != Double.doubleToRawLongBits(kept)) {
                throw new LotaException(Text.format(
                        "Tensor '%s' of %s holds %s at index %d, an F64 number that a ticket's F32 cannot hold; "
                                + "save the model as F32, BF16 or F16.",
                        name, tuned.directory(), value, i));
            }
        }
        return floats;
    }

    /// Tuned minus base at one element, in F32; 0 where they do not differ.
    float at(long index) {
        return difference(Floats.get(baseType, base, index), Floats.get(tunedType, tuned, index));
    }

    private static float difference(float base, float tuned) {
        return same(base, tuned) ? 0 : tuned - base;
    }

    private static boolean same(float one, float other) {
        return Float.floatToRawIntBits(one) == Float.floatToRawIntBits(other);
    }

    /// Some differences.
    ///
    /// @param first index of the first of them
    /// @param into F32, for as many as are wanted, at any alignment
    void fill(long first, MemorySegment into) {
        long all = into.byteSize() / Float.BYTES;
        LongStream.range(0, Math.ceilDiv(all, CHUNK)).parallel().forEach(chunk -> {
            float[] baseBlock = new float[BLOCK];
            float[] block = new float[BLOCK];
            long end = first + Math.min(all, (chunk + 1) * CHUNK);
            for (long from = first + chunk * CHUNK; from < end; from += BLOCK) {
                int size = read((int) from, (int) end, baseBlock, block);
                MemorySegment.copy(block, 0, into, FLOAT, (from - first) * Float.BYTES, size);
            }
        });
    }

    /// A bit for each element that differs, lowest first.
    public long[] marks() {
        long[] marks = new long[Math.ceilDiv(count, Long.SIZE)];
        boolean words = baseType == tunedType && baseType.size() == Short.BYTES;
        chunks().forEach(chunk -> {
            if (words) {
                markWords(chunk, marks);
            } else {
                markBlocks(chunk, marks);
            }
        });
        return marks;
    }

    private void markWords(int chunk, long[] marks) {
        int end = Math.ceilDiv(end(chunk), Long.SIZE);
        for (int word = firstWord(chunk); word < end; word++) {
            long from = (long) word * Long.SIZE;
            boolean whole = count - from >= Long.SIZE;
            marks[word] = whole ? WordCompare.differing(base, tuned, from) : oneByOne(from);
        }
    }

    private long oneByOne(long from) {
        long marks = 0;
        for (long index = from; index < Math.min(count, from + Long.SIZE); index++) {
            long before = Bits.get(baseType.size(), base, index);
            marks |= (Bits.get(tunedType.size(), tuned, index) == before ? 0L : 1L) << index;
        }
        return marks;
    }

    private void markBlocks(int chunk, long[] marks) {
        int[] baseBlock = new int[BLOCK];
        int[] block = new int[BLOCK];
        for (int from = chunk * CHUNK; from < end(chunk); from += BLOCK) {
            int size = Math.min(BLOCK, end(chunk) - from);
            read(baseType, base, from, size, MemorySegment.ofArray(baseBlock));
            read(tunedType, tuned, from, size, MemorySegment.ofArray(block));
            for (int i = 0; i < size; i++) {
                marks[(from + i) / Long.SIZE] |= (baseBlock[i] == block[i] ? 0L : 1L) << i;
            }
        }
    }

    private static int firstWord(int chunk) {
        return chunk * (CHUNK / Long.SIZE);
    }

    /// What leads to the tuned elements that are marked, and the base's elements there, each in their order.
    ///
    /// @param marks as [#marks()] gives them
    public Gathered gather(long[] marks) {
        int[] starts = starts(marks);
        int all = starts[starts.length - 1];
        float[] values = new float[all];
        byte[] bits = new byte[Math.multiplyExact(all, baseType.size())];
        MemorySegment baseBits = MemorySegment.ofArray(bits);
        RoaringBitmap[] exact = new RoaringBitmap[starts.length - 1];
        chunks().forEach(chunk -> {
            exact[chunk] = new RoaringBitmap();
            int position = starts[chunk];
            int end = Math.ceilDiv(end(chunk), Long.SIZE);
            for (int word = firstWord(chunk); word < end; word++) {
                for (long left = marks[word]; left != 0; left &= left - 1) {
                    int index = word * Long.SIZE + Long.numberOfTrailingZeros(left);
                    values[position] = delta(index, exact[chunk]);
                    Bits.copy(baseType.size(), base, index, baseBits, position++);
                }
            }
        });
        RoaringBitmap kept = new RoaringBitmap();
        Arrays.stream(exact).forEach(kept::or);
        return new Gathered(values, bits, exact(kept));
    }

    /// What leads to some elements, whether they differ or not, and the base's elements there.
    public Gathered gather(RoaringBitmap index) {
        float[] values = new float[Math.toIntExact(index.getLongCardinality())];
        byte[] bits = new byte[Math.multiplyExact(values.length, baseType.size())];
        RoaringBitmap kept = new RoaringBitmap();
        TicketTensor.forEach(index, (position, at) -> {
            values[position] = delta(at, kept);
            Bits.copy(baseType.size(), base, at, MemorySegment.ofArray(bits), position);
        });
        return new Gathered(values, bits, exact(kept));
    }

    private float delta(int index, RoaringBitmap exact) {
        float before = Floats.get(baseType, base, index);
        float after = Floats.get(tunedType, tuned, index);
        float delta = after - before;
        // A merge takes a delta of zero for no change, so none stands for one.
        boolean unchanged = same(before, after);
        for (float near : new float[] {delta, Math.nextUp(delta), Math.nextDown(delta), -0f}) {
            if (Float.isFinite(near) && (near != 0 || unchanged) && same(before + near, after)) {
                return near;
            }
        }
        exact.add(index);
        if (!Float.isFinite(before) || !Float.isFinite(after)) {
            return 0;
        }
        return Math.clamp(delta, -Float.MAX_VALUE, Float.MAX_VALUE);
    }

    private @Nullable ExactValues exact(RoaringBitmap kept) {
        if (kept.isEmpty()) {
            return null;
        }
        byte[] bits = new byte[Math.multiplyExact(kept.getCardinality(), tunedType.size())];
        MemorySegment into = MemorySegment.ofArray(bits);
        TicketTensor.forEach(kept, (position, at) -> Bits.copy(tunedType.size(), tuned, at, into, position));
        RoaringBitmapWriter<RoaringBitmap> index = IndexSets.writer();
        kept.forEach((int at) -> index.add(at));
        return new ExactValues(tunedType, IndexSets.optimized(index.get()), bits);
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
        read(baseType, base, from, size, MemorySegment.ofArray(baseBlock));
        read(tunedType, tuned, from, size, MemorySegment.ofArray(block));
        for (int i = 0; i < size; i++) {
            block[i] = difference(baseBlock[i], block[i]);
        }
        return size;
    }

    /// What nearly all checkpoints are takes one pass instead of three.
    private void readBf16(int from, int size, float[] block) {
        for (int i = 0; i < size; i++) {
            block[i] = difference(
                    Floats.bf16ToFloat(base.get(SHORT, (from + (long) i) * Short.BYTES)),
                    Floats.bf16ToFloat(tuned.get(SHORT, (from + (long) i) * Short.BYTES)));
        }
    }

    private static void read(DType dtype, MemorySegment elements, long from, long size, MemorySegment into) {
        Floats.toF32(
                dtype, elements.asSlice(from * dtype.size(), size * dtype.size()), into.asSlice(0, size * Float.BYTES));
    }

    private IntStream chunks() {
        return IntStream.range(0, Math.ceilDiv(count, CHUNK)).parallel();
    }

    private int end(int chunk) {
        return (int) Math.min(count, (chunk + 1L) * CHUNK);
    }

    /// Compares 64 elements of 16 bits at a time, four in each step, without a branch for any: which elements of a
    /// fine-tuned model changed cannot be predicted.
    static final class WordCompare {
        private static final ValueLayout.OfLong LONG =
                ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
        private static final int STEPS = Long.SIZE * Short.BYTES / Long.BYTES;
        private static final int LANES = Long.BYTES / Short.BYTES;
        private static final long SIGN = 0x8000_8000_8000_8000L;
        /// A product with it has the lowest bits of the four elements side by side, from bit 48 on.
        private static final long TOGETHER = 1L << 48 | 1L << 33 | 1L << 18 | 1L << 3;

        private WordCompare() {}

        /// A bit for each of 64 elements that differs in any bit, lowest first.
        ///
        /// @param from the first element
        static long differing(MemorySegment base, MemorySegment tuned, long from) {
            long marks = 0;
            for (int step = 0; step < STEPS; step++) {
                long at = from * Short.BYTES + step * Long.BYTES;
                long bits = base.get(LONG, at) ^ tuned.get(LONG, at);
                long differs = ((bits & ~SIGN) + ~SIGN | bits) & SIGN;
                marks |= ((differs >>> 15) * TOGETHER >>> 48) << step * LANES;
            }
            return marks;
        }
    }
}
