package io.lota4j.internal.data.file;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Gives the rows of a file, one after the other. No more of the file is in memory than one of them needs.
public interface RowReader extends AutoCloseable {
    /// The next row, or null behind the last one.
    ///
    /// @throws BadRowException if the row cannot be used; the next call gives the one behind it
    /// @throws io.lota4j.LotaException if nothing behind this place can be read
    /// @throws IOException if the file cannot be read
    @Nullable
    Row next() throws IOException;

    @Override
    void close() throws IOException;
}
