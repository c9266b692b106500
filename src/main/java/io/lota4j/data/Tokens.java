package io.lota4j.data;

import java.util.Arrays;

/// Collects ids and their loss marks.
final class Tokens {
    private int[] ids = new int[0];
    private boolean[] scored = new boolean[0];

    void add(int[] more, boolean carryLoss) {
        int start = ids.length;
        ids = Arrays.copyOf(ids, start + more.length);
        scored = Arrays.copyOf(scored, ids.length);
        System.arraycopy(more, 0, ids, start, more.length);
        // Nothing stands before the very first token, so nothing predicts it.
        Arrays.fill(scored, Math.min(Math.max(start, 1), ids.length), ids.length, carryLoss);
    }

    int size() {
        return ids.length;
    }

    int[] ids() {
        return ids;
    }

    boolean[] scored() {
        return scored;
    }
}
