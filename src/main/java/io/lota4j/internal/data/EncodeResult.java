package io.lota4j.internal.data;

import io.lota4j.data.Example;
import io.lota4j.data.Finding;
import java.util.List;
import java.util.Set;

/// What became of a row.
public sealed interface EncodeResult {
    /// The row fits.
    ///
    /// @param findings what is to be told of it
    /// @param unread columns that are no part of the chat
    record Encoded(Example example, Set<Finding> findings, List<String> unread) implements EncodeResult {
        /// Copies both.
        public Encoded {
            findings = Set.copyOf(findings);
            unread = List.copyOf(unread);
        }
    }

    /// The row, or an answer of a pair, has more tokens than allowed; it is left out whole, for a cut one would teach
    /// the wrong end.
    ///
    /// @param row index of the row, from 0
    /// @param length its tokens, of the longer answer
    record TooLong(int row, int length) implements EncodeResult {}
}
