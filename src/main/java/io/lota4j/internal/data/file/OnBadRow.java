package io.lota4j.internal.data.file;

/// What is done about a row that cannot be used.
public enum OnBadRow {
    /// The first ends the reading.
    STOP,
    /// Such rows are left out, counted and listed.
    SKIP
}
