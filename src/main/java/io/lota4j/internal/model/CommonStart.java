package io.lota4j.internal.model;

import java.util.Arrays;

/// What several sequences begin with, such as a template's system message: it need go through the layers only once.
final class CommonStart {
    /// Fewer tokens take longer apart than with all others.
    private static final int LEAST = 8;

    private CommonStart() {}

    /// How many tokens all have in common at their start, but for the last of the shortest; 0 where it does not pay.
    static int of(int[][] sequences) {
        int common = Arrays.stream(sequences).mapToInt(s -> s.length - 1).min().orElse(0);
        for (int[] sequence : sequences) {
            int differ = Arrays.mismatch(sequence, 0, common, sequences[0], 0, common);
            common = differ < 0 ? common : differ;
        }
        return sequences.length > 1 && common >= LEAST ? common : 0;
    }
}
