package io.lota4j.internal.model;

import java.util.Arrays;

/// What several sequences begin with, such as a template's system message: it need go through the layers only once.
final class CommonStart {
    /// Fewer tokens take longer apart than with all others.
    static final int LEAST = 8;

    private CommonStart() {}

    /// How many tokens all have in common at their start, but for the last of the shortest; 0 where it does not pay.
    static int of(int[][] sequences) {
        int common = sequences.length > 1 ? with(sequences[0], sequences) : 0;
        return common >= LEAST ? common : 0;
    }

    /// How many of some tokens all begin with, but for the last of the shortest.
    static int with(int[] start, int[][] sequences) {
        int common = start.length;
        for (int[] sequence : sequences) {
            int most = Math.min(common, sequence.length - 1);
            int differ = Arrays.mismatch(sequence, 0, most, start, 0, most);
            common = differ < 0 ? most : differ;
        }
        return common;
    }
}
