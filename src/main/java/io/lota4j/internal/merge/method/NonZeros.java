package io.lota4j.internal.merge.method;

/// Those of some values that are not zero, and where they are.
final class NonZeros {
    private final int[] places;
    private final float[] values;
    private int count;

    /// @param capacity the most values that are looked through at once
    NonZeros(int capacity) {
        places = new int[capacity];
        values = new float[capacity];
    }

    /// Looks through values from one index to before another.
    void find(float[] all, int from, int to) {
        int found = 0;
        for (int i = from; i < to; i++) {
            // Written always, kept only if it is not zero: no branch to mispredict.
            places[found] = i;
            values[found] = all[i];
            found += -TrimThreshold.magnitude(all[i]) >>> (Integer.SIZE - 1);
        }
        count = found;
    }

    /// How many there are.
    int count() {
        return count;
    }

    /// Where one was found.
    int place(int number) {
        return places[number];
    }

    /// What they are; only the first [#count()] mean anything.
    float[] values() {
        return values;
    }
}
