package io.lota4j.internal.kernel.vector;

/// How a sampled product is cut. The cuts decide in what order products are added, so they depend on the sizes alone.
///
/// @param columns of the weight
/// @param panels the columns are cut into so many ranges of nearly the same width
/// @param vectors all tokens, in vectors
/// @param blocks the tokens are cut into so many ranges of nearly the same length; the columns of a panel stay in a
///     core's cache for the length of a block
/// @param parts blocks whose sums are added up apart, to be computed at the same time
record SddmmTiling(int columns, int panels, int vectors, int blocks, int parts) {
    /// Bytes of a panel that stay in a core's second-level cache beside all else: half of 1 MiB.
    private static final int CACHE = 512 << 10;
    /// Wider panels would leave too few tokens in a block for what a block costs each entry.
    private static final int PANEL = 768;
    /// Vectors of a block of few columns; more would take the rows' gradients out of the first-level cache.
    private static final int LONGEST = 32;
    /// So many tasks there are at least, where there are as many blocks. A part costs as much memory as the gradient.
    private static final int TASKS = 4;

    static SddmmTiling of(int columns, int tokens) {
        int panels = Math.max(1, Math.ceilDiv(columns, PANEL));
        int width = Math.max(1, Math.ceilDiv(columns, panels));
        int vectors = Math.ceilDiv(tokens, Dot.LANES.length());
        int length = Math.clamp(CACHE / (width * Dot.LANES.vectorByteSize()), 1, LONGEST);
        int blocks = Math.max(1, Math.ceilDiv(vectors, length));
        int parts = Math.clamp(TASKS / panels, 1, blocks);
        return new SddmmTiling(columns, panels, vectors, blocks, parts);
    }

    /// The first column of a panel; that of the panel behind the last is the number of columns.
    int column(int panel) {
        return (int) ((long) columns * panel / panels);
    }

    /// The widest panel.
    int width() {
        return Math.ceilDiv(columns, panels);
    }

    /// The first vector of a block.
    int vector(int block) {
        return (int) ((long) vectors * block / blocks);
    }

    /// The longest block, in vectors.
    int length() {
        return Math.ceilDiv(vectors, blocks);
    }

    /// The first block of a part.
    int block(int part) {
        return blocks * part / parts;
    }
}
