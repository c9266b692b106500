package io.lota4j.internal.checkpoint;

import io.lota4j.internal.Text;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/// Finds damage in a file: a CRC32C, which processors compute faster than memory is read. It is no protection against
/// who means to deceive.
public final class Checksum {
    private static final int PIECE = 1 << 16;
    /// A buffer of the JDK ends at 2 GiB.
    private static final long SLICE = 1L << 30;

    private final CRC32C crc = new CRC32C();

    /// Takes bytes in.
    public Checksum add(MemorySegment bytes) {
        if (bytes.isNative() || bytes.heapBase().orElse(bytes) instanceof byte[]) {
            for (long from = 0; from < bytes.byteSize(); from += SLICE) {
                crc.update(bytes.asSlice(from, Math.min(SLICE, bytes.byteSize() - from))
                        .asByteBuffer());
            }
            return this;
        }
        byte[] piece = new byte[(int) Math.min(PIECE, bytes.byteSize())];
        for (long from = 0; from < bytes.byteSize(); from += PIECE) {
            int size = (int) Math.min(PIECE, bytes.byteSize() - from);
            MemorySegment.ofArray(piece).copyFrom(bytes.asSlice(from, size));
            crc.update(piece, 0, size);
        }
        return this;
    }

    /// Eight hexadecimal digits.
    public String hex() {
        return Text.format("%08x", crc.getValue());
    }

    /// Of strings and their keys, in the order of the keys.
    public static String of(Map<String, String> strings) {
        return new Checksum().add(strings).hex();
    }

    /// Takes strings and their keys in, in the order of the keys.
    public Checksum add(Map<String, String> strings) {
        new TreeMap<>(strings).forEach((key, value) -> add(key).add(value));
        return this;
    }

    private Checksum add(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        crc.update(bytes, 0, bytes.length);
        crc.update(0);
        return this;
    }
}
