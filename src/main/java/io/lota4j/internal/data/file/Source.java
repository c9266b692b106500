package io.lota4j.internal.data.file;

import io.lota4j.LotaException;
import io.lota4j.internal.FileKind;
import io.lota4j.internal.Text;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// A file that holds rows, before they are read.
///
/// @param name as its user names it
/// @param file a regular file
/// @param packing how it is compressed
record Source(String name, Path file, Packing packing) {
    private static final String MARK = "\u00ef\u00bb\u00bf";

    static Source of(String name, Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return new Source(name, file, Packing.of(characters(in.readNBytes(FileKind.BYTES))));
        }
    }

    /// Its bytes, unpacked.
    BufferedInputStream open() throws IOException {
        InputStream in = Files.newInputStream(file);
        try {
            return new BufferedInputStream(packing.unpack(in), 1 << 16);
        } catch (IOException e) {
            in.close();
            throw new IOException("its " + packing.words() + " data is damaged or cut off; get it again", e);
        }
    }

    /// Its first bytes, unpacked.
    byte[] start() throws IOException {
        try (InputStream in = open()) {
            return in.readNBytes(FileKind.BYTES);
        }
    }

    /// Bytes as text of one character each, without a byte order mark.
    static String characters(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        return text.startsWith(MARK) ? text.substring(MARK.length()) : text;
    }

    LotaException unreadable(IOException e) {
        return new LotaException(Text.format("The data file %s cannot be read: %s.", name, FileKind.reason(e)), e);
    }
}
