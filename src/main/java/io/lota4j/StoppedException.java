package io.lota4j;

/// Work that was ended before it was done, by whoever watches it or by an interrupt of its thread, was asked for its
/// result. The thread's interrupt flag is as it was.
public class StoppedException extends LotaException {
    private static final long serialVersionUID = 1L;

    /// @param message one or more whole sentences for the user
    public StoppedException(String message) {
        super(message);
    }
}
