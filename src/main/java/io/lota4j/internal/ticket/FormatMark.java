package io.lota4j.internal.ticket;

import io.lota4j.internal.checkpoint.AtomicFile;
import io.lota4j.internal.checkpoint.SafetensorsFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Copies a weight file and has it say its format, which transformers asks for, where the base's does not. What is
/// added to the header is known again by its words and takes a multiple of eight bytes: reverting gives the base's own
/// bytes.
final class FormatMark {
    private static final String FORMAT = "format";
    private static final String MARK = "\"format\":\"pt\",\"lota4j.added\":\"format\"";

    /// In a header without metadata, in metadata, and in metadata without anything.
    private static final String WHOLE = padded("\"__metadata__\":{" + MARK + "},");

    private static final String MORE = padded(MARK + ",");
    private static final String ONLY = padded(MARK);

    private static final Pattern METADATA = Pattern.compile("\"__metadata__\"\\s*:\\s*");
    private static final Pattern OBJECT = Pattern.compile(METADATA + "\\{");
    private static final Pattern EMPTY = Pattern.compile(OBJECT + "\\s*\\}");

    private FormatMark() {}

    private static String padded(String text) {
        return text + " ".repeat(Math.ceilDiv(text.length(), Long.BYTES) * Long.BYTES - text.length());
    }

    /// Copies a file.
    ///
    /// @param metadata of the file that is copied
    /// @param restores whether the copy is to be a base again
    /// @return by how many bytes the tensors are moved
    /// @throws IOException when the file cannot be read, or the copy not be written
    static long copy(Path from, Map<String, String> metadata, Path to, boolean restores) throws IOException {
        String before = header(from);
        String after = restores ? without(before) : metadata.containsKey(FORMAT) ? before : with(before);
        if (after.equals(before)) {
            PatchedCopy.copyFile(from, to);
        } else {
            copy(from, before.length(), after, to);
        }
        return after.length() - before.length();
    }

    private static String with(String header) {
        Matcher object = OBJECT.matcher(header);
        if (object.find()) {
            String mark = EMPTY.matcher(header).find() ? ONLY : MORE;
            return header.substring(0, object.end()) + mark + header.substring(object.end());
        }
        boolean plain = header.startsWith("{\"") && !METADATA.matcher(header).find();
        return plain ? "{" + WHOLE + header.substring(1) : header;
    }

    private static String without(String header) {
        for (String mark : List.of(WHOLE, MORE, ONLY)) {
            int at = header.indexOf(mark);
            if (at >= 0) {
                return header.substring(0, at) + header.substring(at + mark.length());
            }
        }
        return header;
    }

    /// A character for each byte.
    private static String header(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer length = read(channel, 0, Long.BYTES);
            int bytes = (int) Math.min(SafetensorsFile.MAX_HEADER_BYTES, length.getLong());
            return StandardCharsets.ISO_8859_1
                    .decode(read(channel, Long.BYTES, bytes))
                    .toString();
        }
    }

    private static ByteBuffer read(FileChannel channel, long at, int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining() && channel.read(bytes, at + bytes.position()) >= 0) {
            continue;
        }
        return bytes.flip();
    }

    private static void copy(Path from, int headerBytes, String header, Path to) throws IOException {
        try (FileChannel in = FileChannel.open(from, StandardOpenOption.READ);
                FileChannel out = FileChannel.open(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer start = ByteBuffer.allocate(Long.BYTES + header.length()).order(ByteOrder.LITTLE_ENDIAN);
            start.putLong(header.length())
                    .put(header.getBytes(StandardCharsets.ISO_8859_1))
                    .flip();
            while (start.hasRemaining()) {
                out.write(start);
            }
            AtomicFile.copyRest(in, Long.BYTES + (long) headerBytes, out);
        }
    }
}
