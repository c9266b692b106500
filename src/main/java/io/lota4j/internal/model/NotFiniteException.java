package io.lota4j.internal.model;

import io.lota4j.LotaException;

/// A loss, a gradient or a weight became NaN or infinite.
public final class NotFiniteException extends LotaException {
    private static final long serialVersionUID = 1L;

    /// @param message one or more whole sentences for the user
    public NotFiniteException(String message) {
        super(message);
    }
}
