package io.lota4j.internal.kernel;

import io.lota4j.memory.Host;
import java.util.Arrays;

/// How activations may lie in memory.
enum Layout {
    ROWS,
    COLUMNS,
    /// Some features of a wider tensor.
    WIDER_ROWS,
    /// Some tokens of a longer tensor.
    LONGER_COLUMNS,
    /// Nothing side by side.
    SCATTERED,
    /// One token for all, as an expanded tensor has it.
    SAME_TOKEN;

    private long tokenStride(int tokens, int features) {
        return switch (this) {
            case ROWS -> features;
            case COLUMNS, LONGER_COLUMNS -> 1;
            case WIDER_ROWS -> features + 5L;
            case SCATTERED -> 2L * features + 3;
            case SAME_TOKEN -> 0;
        };
    }

    private long featureStride(int tokens, int features) {
        return switch (this) {
            case ROWS, WIDER_ROWS, SAME_TOKEN -> 1;
            case COLUMNS -> tokens;
            case LONGER_COLUMNS -> tokens + 3L;
            case SCATTERED -> 2;
        };
    }

    /// Activations in this layout on the Java heap, the gaps NaN.
    ///
    /// @param values `[tokens, features]`, row-major
    Activations of(float[] values, int tokens, int features) {
        long tokenStride = tokenStride(tokens, features);
        long featureStride = featureStride(tokens, features);
        long last = tokens == 0 || features == 0 ? 0 : (tokens - 1) * tokenStride + (features - 1) * featureStride + 1;
        float[] memory = new float[(int) last];
        Arrays.fill(memory, Float.NaN);
        for (int t = 0; t < tokens; t++) {
            for (int f = 0; f < features; f++) {
                memory[(int) (t * tokenStride + f * featureStride)] = values[t * features + f];
            }
        }
        return new Activations(Host.of(memory), tokens, features, tokenStride, featureStride);
    }

    /// What a reader of this layout sees of `values`.
    float[] seen(float[] values, int tokens, int features) {
        float[] seen = values.clone();
        if (this == SAME_TOKEN) {
            for (int t = 0; t < tokens; t++) {
                System.arraycopy(values, (tokens - 1) * features, seen, t * features, features);
            }
        }
        return seen;
    }
}
