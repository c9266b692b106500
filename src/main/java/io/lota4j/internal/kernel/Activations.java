package io.lota4j.internal.kernel;

import io.lota4j.internal.Text;
import io.lota4j.internal.memory.Buffer;

/// A linear layer's inputs, or the gradients of its outputs, F32, in any layout. Element (t, f) lies at
/// `t * tokenStride + f * featureStride`, strides in elements.
///
/// @param memory starts at element (0, 0)
/// @param tokens rows
/// @param features columns
public record Activations(Buffer memory, int tokens, int features, long tokenStride, long featureStride) {
    public Activations {
        long last = tokens == 0 || features == 0 ? 0 : (tokens - 1) * tokenStride + (features - 1) * featureStride + 1;
        if (memory.byteSize() < last * Float.BYTES) {
            throw new IllegalArgumentException(Text.format(
                    "%d bytes for %d x %d activations with strides %d and %d",
                    memory.byteSize(), tokens, features, tokenStride, featureStride));
        }
    }

    /// The features of one token side by side: a contiguous `[tokens, features]`.
    public static Activations rows(Buffer memory, int tokens, int features) {
        return new Activations(memory, tokens, features, features, 1);
    }

    /// The tokens of one feature side by side, as a sampled product reads them: a contiguous `[features, tokens]`.
    public static Activations columns(Buffer memory, int tokens, int features) {
        return new Activations(memory, tokens, features, 1, tokens);
    }

    /// Where element (token, feature) lies, in elements.
    public long at(int token, int feature) {
        return token * tokenStride + feature * featureStride;
    }
}
