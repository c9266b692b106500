package io.lota4j.internal.guard;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Answers that go round in a circle.
final class Looping {
    private static final int GRAM = 4;
    private static final int SHORTEST = 8;
    private static final double DISTINCT = 0.5;

    private Looping() {}

    /// Whether an answer was cut, has at least 8 tokens, and fewer than half of its runs of 4
    /// tokens are distinct.
    static boolean is(int[] ids, boolean ended) {
        return !ended && ids.length >= SHORTEST && distinct(ids) < DISTINCT;
    }

    /// Distinct runs of 4 tokens among all of them, of at least 4 tokens.
    static double distinct(int[] ids) {
        int all = ids.length - GRAM + 1;
        Set<List<Integer>> grams = new HashSet<>();
        for (int start = 0; start < all; start++) {
            grams.add(Arrays.stream(ids, start, start + GRAM).boxed().toList());
        }
        return (double) grams.size() / all;
    }
}
