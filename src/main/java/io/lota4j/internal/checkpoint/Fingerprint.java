package io.lota4j.internal.checkpoint;

import io.lota4j.internal.Sha256;
import io.lota4j.internal.Text;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;

/// What identifies a checkpoint's weights: a SHA-256 over every tensor's name, dtype, shape and bytes.
///
/// Files, shards and configuration do not enter it: the same weights in one file or in ten have one fingerprint.
///
/// @param hex 64 lower-case hexadecimal digits
public record Fingerprint(String hex) {
    private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");

    /// How many bytes are hashed before their pages are given back: the weights do not fill the process's memory.
    private static final long CHUNK_BYTES = 16 << 20;

    /// @throws IllegalArgumentException when it is not 64 lower-case hexadecimal digits
    public Fingerprint {
        if (!HEX.matcher(hex).matches()) {
            throw new IllegalArgumentException("not a SHA-256 in lower-case hexadecimal: " + hex);
        }
    }

    /// The first 12 digits, for people.
    public String shortForm() {
        return hex.substring(0, 12);
    }

    @Override
    public String toString() {
        return hex;
    }

    /// The fingerprint of these tensors; they are hashed in parallel.
    static Fingerprint of(Collection<TensorInfo> tensors, Function<String, MemorySegment> bytes) {
        List<String> lines = tensors.parallelStream()
                .sorted(Comparator.comparing(TensorInfo::name))
                .map(info -> line(info, bytes.apply(info.name())))
                .toList();
        MessageDigest digest = Sha256.digest();
        lines.forEach(line -> digest.update(line.getBytes(StandardCharsets.UTF_8)));
        return new Fingerprint(HexFormat.of().formatHex(digest.digest()));
    }

    /// The name comes last and with its length, so that no name can imitate another tensor's line.
    private static String line(TensorInfo info, MemorySegment bytes) {
        MessageDigest digest = Sha256.digest();
        for (long from = 0; from < bytes.byteSize(); from += CHUNK_BYTES) {
            MemorySegment chunk = bytes.asSlice(from, Math.min(CHUNK_BYTES, bytes.byteSize() - from));
            digest.update(chunk.asByteBuffer());
            if (chunk.isMapped()) {
                chunk.unload();
            }
        }
        return Text.format(
                "%s %s %s %d %s\n",
                HexFormat.of().formatHex(digest.digest()),
                info.dtype(),
                info.shape(),
                info.name().length(),
                info.name());
    }
}
