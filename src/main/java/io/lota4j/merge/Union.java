package io.lota4j.merge;

import io.lota4j.mask.IndexBits;
import java.util.Arrays;

/// The elements of a range that some of several sets have, as bits.
final class Union {
    private final long[] marks;
    private final int[] before;
    private int words;

    /// @param capacity the longest range
    Union(int capacity) {
        marks = new long[IndexBits.words(capacity)];
        before = new int[marks.length];
    }

    /// Begins anew.
    ///
    /// @param span length of the range
    void clear(int span) {
        words = IndexBits.words(span);
        Arrays.fill(marks, 0, words, 0);
    }

    /// Adds a set.
    void add(long[] set) {
        for (int word = 0; word < words; word++) {
            marks[word] |= set[word];
        }
    }

    /// How many elements there are. [#list(int[])] and [#place(long[], int[])] are for what was there then.
    int count() {
        int count = 0;
        for (int word = 0; word < words; word++) {
            before[word] = count;
            count += Long.bitCount(marks[word]);
        }
        return count;
    }

    /// Lists the elements, in ascending order.
    void list(int[] offsets) {
        int count = 0;
        for (int word = 0; word < words; word++) {
            for (long left = marks[word]; left != 0; left &= left - 1) {
                offsets[count++] = word * Long.SIZE + Long.numberOfTrailingZeros(left);
            }
        }
    }

    /// Lists where a set's elements are among all.
    ///
    /// @param set one of those that were added
    void place(long[] set, int[] places) {
        int count = 0;
        for (int word = 0; word < words; word++) {
            long all = marks[word];
            int start = before[word];
            for (long left = set[word]; left != 0; left &= left - 1) {
                long below = (left & -left) - 1;
                places[count++] = start + Long.bitCount(all & below);
            }
        }
    }
}
