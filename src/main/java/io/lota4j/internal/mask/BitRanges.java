package io.lota4j.internal.mask;

import java.util.Arrays;

/// Bits in words, lowest first.
final class BitRanges {
    private BitRanges() {}

    /// Sets the bits of a word, of which those before the first bit or after the last are left out.
    ///
    /// @param at where its lowest bit goes; may be negative
    static void shifted(long word, int at, long[] into) {
        int first = Math.floorDiv(at, Long.SIZE);
        int shift = Math.floorMod(at, Long.SIZE);
        if (first >= 0 && first < into.length) {
            into[first] |= word << shift;
        }
        if (shift != 0 && first + 1 >= 0 && first + 1 < into.length) {
            into[first + 1] |= word >>> Long.SIZE - shift;
        }
    }

    /// Bits of ranges that each begin with a word, without the gaps between them.
    ///
    /// @param span how many bits each has
    static long[] joined(long[] ranges, int span) {
        int words = IndexBits.words(span);
        int count = ranges.length / words;
        long[] joined = new long[Math.toIntExact(Math.ceilDiv((long) count * span, Long.SIZE))];
        for (int i = 0; i < ranges.length; i++) {
            long at = (long) (i / words) * span + (long) (i % words) * Long.SIZE;
            int word = (int) (at / Long.SIZE);
            int shift = (int) (at % Long.SIZE);
            joined[word] |= ranges[i] << shift;
            if (shift != 0 && word + 1 < joined.length) {
                joined[word + 1] |= ranges[i] >>> Long.SIZE - shift;
            }
        }
        return joined;
    }

    /// Clears the bits from one on, in its word and the one after it.
    static void cut(long[] into, int end) {
        int word = end / Long.SIZE;
        if (word < into.length && end % Long.SIZE != 0) {
            into[word] &= (1L << end) - 1;
            word++;
        }
        if (word < into.length) {
            into[word] = 0;
        }
    }

    /// Sets a range of bits, which is not empty.
    static void range(long[] into, int from, int to) {
        int first = from / Long.SIZE;
        int last = (to - 1) / Long.SIZE;
        long head = -1L << from;
        long tail = -1L >>> -to;
        if (first == last) {
            into[first] |= head & tail;
            return;
        }
        into[first] |= head;
        Arrays.fill(into, first + 1, last, -1);
        into[last] |= tail;
    }
}
