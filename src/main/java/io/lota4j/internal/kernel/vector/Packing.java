package io.lota4j.internal.kernel.vector;

import io.lota4j.internal.kernel.Activations;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// Activations by address, and their copies with the tokens of a feature side by side.
///
/// @param address of element (0, 0)
/// @param tokenStride in bytes
/// @param featureStride in bytes
record Packing(long address, int tokens, long tokenStride, long featureStride) {
    static Packing of(Activations a) {
        if (a.tokenStride() < 0 || a.featureStride() < 0) {
            throw new IllegalArgumentException("negative strides");
        }
        return new Packing(
                NativeMemory.address(a.memory(), 0),
                a.tokens(),
                a.tokenStride() * Float.BYTES,
                a.featureStride() * Float.BYTES);
    }

    /// Copies the tokens from `start` on of some features to `[features, length]`, zero where there are none left.
    ///
    /// @param length in tokens: whole vectors
    void pack(int feature, int features, int start, int length, float[] to) {
        long from = address + start * tokenStride + feature * featureStride;
        int there = Math.min(length, tokens - start);
        if (featureStride == Float.BYTES) {
            Transpose.run(from, tokenStride, there, features, length, to);
            return;
        }
        for (int f = 0; f < features; f++) {
            int at = f * length;
            if (tokenStride == Float.BYTES) {
                MemorySegment.copy(NativeMemory.ALL, NativeMemory.FLOAT, from + f * featureStride, to, at, there);
            } else {
                Transpose.one(from + f * featureStride, tokenStride, there, to, at);
            }
            Arrays.fill(to, at + there, at + length, 0);
        }
    }
}
