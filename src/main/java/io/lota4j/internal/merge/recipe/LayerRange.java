package io.lota4j.internal.merge.recipe;

import io.lota4j.internal.Text;

/// Layers of a model.
///
/// @param from the first
/// @param to one after the last
record LayerRange(int from, int to) {
    int length() {
        return to - from;
    }

    /// As recipes write it.
    @Override
    public String toString() {
        return Text.format("[%d, %d]", from, to);
    }
}
