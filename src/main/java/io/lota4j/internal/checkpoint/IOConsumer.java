package io.lota4j.internal.checkpoint;

import java.io.IOException;

/// Something done with a file that may fail as files do.
@FunctionalInterface
public interface IOConsumer<T> {
    /// @throws IOException when reading or writing fails
    void accept(T target) throws IOException;
}
