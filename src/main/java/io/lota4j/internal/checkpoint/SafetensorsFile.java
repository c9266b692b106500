package io.lota4j.internal.checkpoint;

import io.lota4j.LotaException;
import io.lota4j.internal.Existing;
import io.lota4j.internal.FileKind;
import io.lota4j.internal.Links;
import io.lota4j.internal.Suggestions;
import io.lota4j.internal.Text;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.SequencedMap;

/// A safetensors file, mapped into memory; tensors are slices of the map, so opening reads the header only.
///
/// Safe for use by many threads. Slices must not be used after [#close()].
public final class SafetensorsFile implements AutoCloseable {
    /// The longest header that is read, in bytes: the limit of the reference implementation.
    public static final long MAX_HEADER_BYTES = 100_000_000;

    private static final ValueLayout.OfLong LENGTH = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Path path;
    private final Arena arena;
    private final MemorySegment map;
    private final SafetensorsHeader header;
    private final FileStamp opened;

    private SafetensorsFile(Path path, Arena arena, MemorySegment map, SafetensorsHeader header, FileStamp opened) {
        this.path = path;
        this.arena = arena;
        this.map = map;
        this.header = header;
        this.opened = opened;
    }

    /// Maps a file and checks its header against its length.
    ///
    /// @throws LotaException when the file cannot be read, or when its header is malformed, names an unknown dtype
    ///     or a key twice, or describes tensors that overlap, leave holes, run past the end or have another
    ///     size than dtype
    ///     and shape say
    public static SafetensorsFile open(Path path) {
        Links.requireTarget(path);
        Existing.problemOfFile(path).ifPresent(problem -> {
            throw new LotaException(Text.format("%s: %s.", path, problem));
        });
        Arena arena = Arena.ofShared();
        boolean opened = false;
        try {
            FileStamp stamp = FileStamp.of(path);
            MemorySegment map = Uninterrupted.call(() -> map(path, arena));
            SafetensorsFile file = new SafetensorsFile(path, arena, map, header(path, map), stamp);
            opened = true;
            return file;
        } catch (IOException e) {
            throw new LotaException(Text.format("%s: cannot read: %s", path, e.getMessage()), e);
        } finally {
            if (!opened) {
                arena.close();
            }
        }
    }

    private static MemorySegment map(Path path, Arena arena) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        }
    }

    /// The length of a header has bytes that no text has.
    private static void requireNoText(Path path, byte[] start) {
        for (byte b : start) {
            if (b < ' ' && b != '\n' && b != '\r' && b != '\t') {
                return;
            }
        }
        throw new LotaException(Text.format(
                "%s: expected a safetensors file, found text that begins with \"%s\".",
                path, new String(start, StandardCharsets.US_ASCII).strip()));
    }

    private static SafetensorsHeader header(Path path, MemorySegment map) {
        FileKind.require(
                path.toString(),
                map.asSlice(0, Math.min(FileKind.BYTES, map.byteSize())).toArray(ValueLayout.JAVA_BYTE),
                "a safetensors file");
        if (map.byteSize() < Long.BYTES) {
            throw new LotaException(Text.format(
                    "%s: %d bytes are too few for a safetensors file, even for its header's length.",
                    path, map.byteSize()));
        }
        requireNoText(path, map.asSlice(0, Long.BYTES).toArray(ValueLayout.JAVA_BYTE));
        long length = map.get(LENGTH, 0);
        if (length < 0 || length > MAX_HEADER_BYTES) {
            throw new LotaException(Text.format(
                    "%s: a header of %s bytes is over the limit of %d; is it a safetensors file?",
                    path, Long.toUnsignedString(length), MAX_HEADER_BYTES));
        }
        if (length > map.byteSize() - Long.BYTES) {
            throw new LotaException(Text.format(
                    "%s: the header takes %d bytes, but only %d follow; is the file truncated?",
                    path, length, map.byteSize() - Long.BYTES));
        }
        byte[] json = map.asSlice(Long.BYTES, length).toArray(ValueLayout.JAVA_BYTE);
        long dataStart = Long.BYTES + length;
        return SafetensorsHeader.parse(json, dataStart, map.byteSize() - dataStart, path.toString());
    }

    /// The file.
    public Path path() {
        return path;
    }

    /// The strings under `__metadata__`, in file order.
    public Map<String, String> metadata() {
        return header.metadata();
    }

    /// The tensors by name, in the order of their bytes in the file.
    public SequencedMap<String, TensorInfo> tensors() {
        return header.tensors();
    }

    /// What the header says about a tensor.
    ///
    /// @throws LotaException when the file has no such tensor
    public TensorInfo info(String name) {
        TensorInfo info = header.tensors().get(name);
        if (info == null) {
            throw new LotaException(Text.format("%s: no tensor '%s'.%s", path, name, hint(name)));
        }
        return info;
    }

    private String hint(String name) {
        return Suggestions.hint(name, header.tensors().keySet());
    }

    /// The bytes of a tensor: read-only, little-endian, not necessarily aligned (use unaligned layouts).
    ///
    /// @throws LotaException when the file has no such tensor
    public MemorySegment bytes(String name) {
        TensorInfo info = info(name);
        return map.asSlice(info.offset(), info.bytes());
    }

    /// What the file was when it was opened.
    FileStamp opened() {
        return opened;
    }

    @Override
    public void close() {
        arena.close();
    }
}
