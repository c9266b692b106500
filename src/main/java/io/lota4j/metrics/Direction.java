package io.lota4j.metrics;

/// Which way a figure is better.
public enum Direction {
    LOWER,
    HIGHER,
    /// Neither: it is told, not judged.
    NONE
}
