package io.lota4j.internal;

import io.lota4j.LotaException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// What a file really is that was taken for another, told by its first bytes, with what to do about it.
///
/// @param what it is, with an article
/// @param advice what to do
public record FileKind(String what, String advice) {
    /// As many first bytes as it takes to tell.
    public static final int BYTES = 64;

    private static final String UNPACK = "unpack it first";
    private static final String CONVERT = "convert it first";

    private static final FileKind EMPTY = new FileKind("nothing", "it is empty; get it again");
    private static final FileKind UTF_16 = new FileKind("text in UTF-16", "convert it to UTF-8");

    /// As many printable characters in UTF-16, which fewer bytes may be by chance.
    private static final Pattern PAIRS = Pattern.compile("(?s)(?:[\\t-\\r -~]\0){4}.*|(?:\0[\\t-\\r -~]){4}.*");

    private record Magic(String start, FileKind kind) {}

    /// Magic numbers, one character a byte.
    private static final List<Magic> MAGICS = List.of(
            magic(
                    "version https://git-lfs",
                    "a pointer of Git LFS, not the file itself",
                    "run 'git lfs pull' in its directory to get the file"),
            magic("PAR1", "a Parquet file", CONVERT),
            magic("ARROW1", "an Arrow file", CONVERT),
            magic("GGUF", "a GGUF file", CONVERT),
            magic("\u0089HDF", "an HDF5 file", CONVERT),
            magic("\u001f\u008b", "compressed by gzip", UNPACK),
            magic("PK\u0003\u0004", "a zip archive, as PyTorch's .bin and .pt files are", "unpack or convert it first"),
            magic("\u0028\u00b5\u002f\u00fd", "compressed by zstd", UNPACK),
            magic("\u00fd7zXZ\0", "compressed by xz", UNPACK),
            magic("BZh", "compressed by bzip2", UNPACK),
            magic("7z\u00bc\u00af", "a 7z archive", UNPACK),
            magic("\u0080\u0002", "a Python pickle, as PyTorch's older .bin files are", CONVERT),
            magic("\u0080\u0003", "a Python pickle", CONVERT),
            magic("\u0080\u0004", "a Python pickle", CONVERT),
            magic("\u0080\u0005", "a Python pickle", CONVERT),
            magic("\u00ff\u00fe", UTF_16.what(), UTF_16.advice()),
            magic("\u00fe\u00ff", UTF_16.what(), UTF_16.advice()));

    private static final String UTF_8_MARK = "\u00ef\u00bb\u00bf";

    private static Magic magic(String start, String what, String advice) {
        return new Magic(start, new FileKind(what, advice));
    }

    /// The kind of a file that is often taken for a safetensors, JSON, JSONL, YAML or text file.
    ///
    /// @param start its first bytes, [#BYTES] or more if it has as many
    /// @return empty if it is none of those that are known
    public static Optional<FileKind> of(byte[] start) {
        String text = new String(start, 0, Math.min(start.length, BYTES), StandardCharsets.ISO_8859_1);
        // The length of a header of less than 4 GiB, and the header's first character. First of all, since a length
        // may have the bytes of any magic number.
        if (text.length() > Long.BYTES && text.startsWith("\0\0\0\0{", Integer.BYTES)) {
            return Optional.of(new FileKind("a safetensors file", "name another file"));
        }
        for (Magic magic : MAGICS) {
            if (text.startsWith(magic.start())) {
                return Optional.of(magic.kind());
            }
        }
        if (PAIRS.matcher(text).matches()) {
            return Optional.of(UTF_16);
        }
        String unmarked = text.startsWith(UTF_8_MARK) ? text.substring(UTF_8_MARK.length()) : text;
        if (unmarked.isEmpty()) {
            return Optional.of(EMPTY);
        }
        String page = unmarked.stripLeading().toLowerCase(Locale.ROOT);
        if (page.startsWith("<!doctype html") || page.startsWith("<html")) {
            return Optional.of(new FileKind(
                    "a web page (HTML)", "download the file itself; its address may ask for a login first"));
        }
        return Optional.empty();
    }

    /// The bytes of a file.
    ///
    /// @param expected what it should be, with an article where it takes one
    /// @throws LotaException if it cannot be read, or is of another kind
    public static byte[] bytes(Path file, String expected) {
        byte[] bytes = bytes(file);
        require(file.toString(), bytes, expected);
        return bytes;
    }

    /// The text of a file.
    ///
    /// @param expected what it should be, with an article where it takes one
    /// @throws LotaException if it cannot be read, is of another kind or no text in UTF-8
    public static String text(Path file, String expected) {
        return text(file.toString(), bytes(file), expected);
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new LotaException(file + ": cannot be read: " + reason(e), e);
        }
    }

    /// The text of a file.
    ///
    /// @param where names the file
    /// @param expected what it should be, with an article where it takes one
    /// @throws LotaException if it is of another kind or no text in UTF-8
    public static String text(String where, byte[] bytes, String expected) {
        require(where, bytes, expected);
        ByteBuffer rest = ByteBuffer.wrap(bytes);
        CharBuffer text = CharBuffer.allocate(bytes.length);
        CoderResult result = StandardCharsets.UTF_8.newDecoder().decode(rest, text, true);
        if (result.isError()) {
            throw new LotaException(Text.format(
                    "%s: expected text in UTF-8, found something else at byte %d: convert it to UTF-8 first.",
                    where, rest.position()));
        }
        return text.flip().toString();
    }

    /// Why a file could not be read, in words.
    public static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException missing -> missing(Path.of(missing.getFile()));
            case AccessDeniedException denied -> "no permission to read it";
            case FileSystemException other when other.getReason() != null -> words(other.getReason());
            default -> e.getMessage() == null ? e.getClass().getSimpleName() : words(e.getMessage());
        };
    }

    /// What the system says, in the words of all other messages.
    private static String words(String reason) {
        return switch (reason) {
            case "Is a directory" -> "it is a folder; expected a file";
            case "Not a directory" -> "what should be a folder is a file";
            default -> reason;
        };
    }

    /// A link to nothing looks as if there were no file.
    private static String missing(Path file) {
        return Links.dangles(file)
                ? Text.format("it is a link to %s, which is not there", Links.target(file))
                : "there is no such file";
    }

    /// Refuses a file that is of another kind than expected.
    ///
    /// @param where names the file
    /// @param start its first bytes
    /// @param expected what it should be, with an article
    /// @throws LotaException if it is known to be something else, saying what to do
    public static void require(String where, byte[] start, String expected) {
        of(start).filter(kind -> !kind.what().equals(expected)).ifPresent(kind -> {
            throw new LotaException(
                    Text.format("%s: expected %s, found %s: %s.", where, expected, kind.what(), kind.advice()));
        });
    }
}
