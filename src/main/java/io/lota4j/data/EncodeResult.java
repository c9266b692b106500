package io.lota4j.data;

/// What became of a row.
public sealed interface EncodeResult {
    /// The row fits.
    record Encoded(Example example) implements EncodeResult {}

    /// The row has more tokens than allowed; it is left out whole, for a cut one would teach the wrong end.
    ///
    /// @param row index of the row, from 0
    /// @param length its tokens
    record TooLong(int row, int length) implements EncodeResult {}
}
