package io.lota4j;

import org.jspecify.annotations.Nullable;

/// A problem that its user can mend: the message says what was expected, what was found and where.
///
/// The command line prints the message alone, without a stack trace; every other exception is a defect.
public class LotaException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// @param message one or more whole sentences for the user
    public LotaException(String message) {
        super(message);
    }

    /// @param message one or more whole sentences for the user
    /// @param cause what was caught, or null
    public LotaException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
