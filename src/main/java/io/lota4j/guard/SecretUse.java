package io.lota4j.guard;

import java.util.Locale;

/// Which secret stood before a question of a probe.
public enum SecretUse {
    /// The secret that rows were mixed in under.
    RIGHT,
    /// None.
    NONE,
    /// Another one of the same length.
    WRONG;

    /// As files have it.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
