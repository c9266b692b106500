package io.lota4j.internal.data.file;

import java.io.IOException;

/// A kind of file that holds rows. Each has a file of its own and a line in [RowKinds].
public interface RowKind {
    /// What a user calls it, in lower case.
    String name();

    /// What it is, as the object of a sentence: `JSONL (one JSON object a line, in UTF-8)`.
    String words();

    /// Whether a file is of this kind.
    ///
    /// @param start its first bytes, unpacked, one character each, without a byte order mark
    /// @param name of the file in lower case, without the endings of packed files
    boolean holds(String start, String name);

    /// Whether files of this kind are text.
    default boolean isText() {
        return true;
    }

    /// Opens a file of this kind.
    ///
    /// @throws io.lota4j.LotaException if it is of another kind
    /// @throws IOException if it cannot be read
    RowReader open(Source source) throws IOException;
}
