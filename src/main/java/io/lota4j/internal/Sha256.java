package io.lota4j.internal;

import io.lota4j.LotaException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

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

    /// The digest of a text in UTF-8, in hexadecimal.
    public static String ofText(String text) {
        return HexFormat.of().formatHex(digest().digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    /// The digest of a file's bytes, in hexadecimal.
    ///
    /// @throws LotaException if it cannot be read
    public static String ofFile(Path file) {
        MessageDigest digest = digest();
        byte[] piece = new byte[1 << 16];
        try (InputStream bytes = Files.newInputStream(file)) {
            for (int count = bytes.read(piece); count >= 0; count = bytes.read(piece)) {
                digest.update(piece, 0, count);
            }
        } catch (IOException e) {
            throw new LotaException(file + ": cannot be read: " + FileKind.reason(e), e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
