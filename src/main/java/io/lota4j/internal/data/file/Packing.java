package io.lota4j.internal.data.file;

import com.github.luben.zstd.ZstdInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/// How a file is compressed. It is unpacked while it is read, never as a whole.
enum Packing {
    NONE("", "", ""),
    GZIP("gzip", ".gz", "\u001f\u008b"),
    ZSTD("zstd", ".zst", "(\u00b5/\u00fd");

    private static final int BUFFER = 1 << 16;

    private final String words;
    private final String ending;
    private final String magic;

    Packing(String words, String ending, String magic) {
        this.words = words;
        this.ending = ending;
        this.magic = magic;
    }

    /// What it is called; empty for a file that is not compressed.
    String words() {
        return words;
    }

    /// The packing of a file whose first bytes are these, one character each.
    static Packing of(String start) {
        return Arrays.stream(values())
                .filter(packing -> packing != NONE && start.startsWith(packing.magic))
                .findFirst()
                .orElse(NONE);
    }

    /// A file's name without the ending of packed files.
    static String unpacked(String name) {
        return Arrays.stream(values())
                .filter(packing -> packing != NONE && name.endsWith(packing.ending))
                .findFirst()
                .map(packing -> name.substring(0, name.length() - packing.ending.length()))
                .orElse(name);
    }

    /// What a packed stream holds.
    InputStream unpack(InputStream packed) throws IOException {
        return switch (this) {
            case NONE -> packed;
            case GZIP -> new Whole(new GZIPInputStream(packed, BUFFER), words);
            case ZSTD -> new Whole(new ZstdInputStream(packed), words);
        };
    }

    /// Says in plain words that packed data is damaged.
    private static final class Whole extends FilterInputStream {
        private final String packing;

        Whole(InputStream in, String packing) {
            super(in);
            this.packing = packing;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            try {
                return super.read(bytes, from, length);
            } catch (IOException e) {
                throw new IOException("its " + packing + " data is damaged or cut off; get it again", e);
            }
        }
    }
}
