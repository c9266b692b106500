package io.lota4j;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// The digest by which bases, data and runs are told apart.
public final class Sha256 {
    private Sha256() {}

    /// A new SHA-256 digest.
    public static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
