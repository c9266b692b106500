package io.lota4j.data.file;

/// Rows of which an epoch takes a share.
///
/// @param rows how many there are
/// @param weight how often an epoch takes each of them
public record Share(int rows, double weight) {
    /// How many rows an epoch takes.
    public int inEpoch() {
        return rows == 0 ? 0 : (int) Math.clamp(Math.round(rows * weight), 1, Integer.MAX_VALUE);
    }
}
