package io.lota4j.internal.data.file;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.Reader;
import java.nio.channels.Channels;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Reads text in UTF-8 of which nothing is repaired.
final class Utf8 {
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

    private Utf8() {}

    /// The text of a source, without a byte order mark. It throws a [CharacterCodingException] at what is not UTF-8.
    static Reader reader(Source source) throws IOException {
        BufferedInputStream in = source.open();
        try {
            in.mark(BYTE_ORDER_MARK.length);
            if (!Arrays.equals(in.readNBytes(BYTE_ORDER_MARK.length), BYTE_ORDER_MARK)) {
                in.reset();
            }
        } catch (IOException e) {
            in.close();
            throw e;
        }
        return Channels.newReader(Channels.newChannel(in), StandardCharsets.UTF_8.newDecoder(), -1);
    }

    /// Whether something that was thrown comes of bytes that are not UTF-8.
    static boolean isNoText(Throwable thrown) {
        for (@Nullable Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof CharacterCodingException) {
                return true;
            }
        }
        return false;
    }
}
