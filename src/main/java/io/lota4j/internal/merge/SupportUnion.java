package io.lota4j.internal.merge;

import io.lota4j.internal.mask.IndexBits;
import java.util.Arrays;

/// The elements of a range that some of several sets have, as bits.
final class SupportUnion {
    /// Places that are written past the last one.
    static final int SLACK = 7;

    private final long[] marks;
    private final int[] before;
    private int words;
    private int size;

    /// @param capacity the longest range
    SupportUnion(int capacity) {
        marks = new long[IndexBits.words(capacity)];
        before = new int[marks.length];
    }

    /// Begins anew.
    ///
    /// @param span length of the range
    void clear(int span) {
        words = IndexBits.words(span);
        Arrays.fill(marks, 0);
    }

    /// Adds a set.
    void add(long[] set) {
        for (int word = 0; word < words; word++) {
            marks[word] |= set[word];
        }
    }

    /// Counts the elements. [#size()], [#list(int[])] and [#place(long[], int[])] are of what was there then.
    int count() {
        int count = 0;
        for (int word = 0; word < words; word++) {
            before[word] = count;
            count += Long.bitCount(marks[word]);
        }
        size = count;
        return count;
    }

    /// How many elements there are.
    int size() {
        return size;
    }

    /// The elements' bits.
    long[] marks() {
        return marks;
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
    /// @param places with room for [#SLACK] more, which get what has no meaning
    void place(long[] set, int[] places) {
        int count = 0;
        for (int word = 0; word < words; word++) {
            int start = before[word];
            int end = count + Long.bitCount(set[word]);
            long left = set[word];
            long all = marks[word];
            // Eight at once, as many as there are or not: how many is hard to predict.
            for (int at = count; at < end; at += 8) {
                for (int i = 0; i < 8; i++) {
                    places[at + i] = start + Long.bitCount(all & (left & -left) - 1);
                    left &= left - 1;
                }
            }
            count = end;
        }
    }
}
