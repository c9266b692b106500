package io.lota4j.merge;

import java.util.Arrays;

/// The places within a range that some of several lists name.
final class Union {
    private final long[] marks;
    private final int[] places;

    /// @param capacity the longest range
    Union(int capacity) {
        marks = new long[Math.ceilDiv(capacity, Long.SIZE)];
        places = new int[capacity];
    }

    void add(int[] offsets, int count) {
        for (int i = 0; i < count; i++) {
            marks[offsets[i] / Long.SIZE] |= 1L << offsets[i];
        }
    }

    /// Lists what was added, in ascending order, and forgets it. [#place(int)] is then known for each.
    ///
    /// @return how many there are
    int drainTo(int[] offsets) {
        int count = 0;
        for (int word = 0; word < marks.length; word++) {
            for (long left = marks[word]; left != 0; left &= left - 1) {
                int offset = word * Long.SIZE + Long.numberOfTrailingZeros(left);
                places[offset] = count;
                offsets[count++] = offset;
            }
        }
        Arrays.fill(marks, 0);
        return count;
    }

    /// Where an offset is in the list.
    int place(int offset) {
        return places[offset];
    }
}
