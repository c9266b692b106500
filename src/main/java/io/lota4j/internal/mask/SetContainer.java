package io.lota4j.internal.mask;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// The indices of a set that share their upper 16 bits, by their lower ones, in one of three serialized forms.
sealed interface SetContainer {
    /// The most indices that are listed; more are a bitmap.
    int MAX_LISTED = 4096;

    /// Length of a bitmap.
    long BITMAP_BYTES = 8192;

    ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    static int unsigned(MemorySegment bytes, long at) {
        return Short.toUnsignedInt(bytes.get(SHORT, at));
    }

    /// Whether indices are in order and as many as is said.
    boolean isValid();

    /// The largest index of a valid container.
    int last();

    /// How many indices are below one.
    ///
    /// @param end up to 65536
    int rank(int end);

    /// Sets the bits of a range's indices.
    ///
    /// @param low the range's first index
    /// @param high the range's end
    /// @param shift what is added to an index to find its bit
    void mark(int low, int high, int shift, long[] into);

    /// A bit for each index.
    record Bitmap(MemorySegment bytes, int count) implements SetContainer {
        private long word(int number) {
            return bytes.get(LONG, (long) number * Long.BYTES);
        }

        @Override
        public boolean isValid() {
            return count == rank((int) BITMAP_BYTES * Byte.SIZE);
        }

        @Override
        public int last() {
            int word = (int) BITMAP_BYTES / Long.BYTES - 1;
            while (word(word) == 0) {
                word--;
            }
            return word * Long.SIZE + Long.SIZE - 1 - Long.numberOfLeadingZeros(word(word));
        }

        @Override
        public int rank(int end) {
            int whole = end / Long.SIZE;
            int rank = 0;
            for (int i = 0; i < whole; i++) {
                rank += Long.bitCount(word(i));
            }
            return end % Long.SIZE == 0 ? rank : rank + Long.bitCount(word(whole) & (1L << end) - 1);
        }

        @Override
        public void mark(int low, int high, int shift, long[] into) {
            int first = low / Long.SIZE;
            int end = Math.ceilDiv(high, Long.SIZE);
            if (low % Long.SIZE == 0 && shift % Long.SIZE == 0) {
                MemorySegment.copy(
                        bytes, LONG, (long) first * Long.BYTES, into, (low + shift) / Long.SIZE, end - first);
            } else {
                for (int i = first; i < end; i++) {
                    BitRanges.shifted(word(i), i * Long.SIZE + shift, into);
                }
            }
            BitRanges.cut(into, high + shift);
        }
    }

    /// The indices, in ascending order.
    record Listed(MemorySegment bytes) implements SetContainer {
        private int count() {
            return (int) bytes.byteSize() / Short.BYTES;
        }

        private int index(int place) {
            return unsigned(bytes, (long) place * Short.BYTES);
        }

        @Override
        public boolean isValid() {
            for (int i = 1; i < count(); i++) {
                if (index(i) <= index(i - 1)) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public int last() {
            return index(count() - 1);
        }

        @Override
        public int rank(int end) {
            int low = 0;
            int high = count();
            while (low < high) {
                int middle = (low + high) / 2;
                if (index(middle) < end) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low;
        }

        @Override
        public void mark(int low, int high, int shift, long[] into) {
            int end = rank(high);
            for (int i = rank(low); i < end; i++) {
                int bit = index(i) + shift;
                into[bit / Long.SIZE] |= 1L << bit;
            }
        }
    }

    /// Runs of consecutive indices: the first of each and how many follow it.
    record Runs(MemorySegment bytes) implements SetContainer {
        private int count() {
            return (int) bytes.byteSize() / (2 * Short.BYTES);
        }

        private int first(int run) {
            return unsigned(bytes, 2L * Short.BYTES * run);
        }

        private int lastOf(int run) {
            return first(run) + unsigned(bytes, 2L * Short.BYTES * run + Short.BYTES);
        }

        @Override
        public boolean isValid() {
            int before = -2;
            for (int run = 0; run < count(); run++) {
                if (first(run) <= before + 1 || lastOf(run) > 0xFFFF) {
                    return false;
                }
                before = lastOf(run);
            }
            return count() > 0;
        }

        @Override
        public int last() {
            return lastOf(count() - 1);
        }

        @Override
        public int rank(int end) {
            int rank = 0;
            for (int run = 0; run < count() && first(run) < end; run++) {
                rank += Math.min(lastOf(run) + 1, end) - first(run);
            }
            return rank;
        }

        @Override
        public void mark(int low, int high, int shift, long[] into) {
            for (int run = 0; run < count() && first(run) < high; run++) {
                int from = Math.max(first(run), low);
                int to = Math.min(lastOf(run) + 1, high);
                if (from < to) {
                    BitRanges.range(into, from + shift, to + shift);
                }
            }
        }
    }
}
