package io.lota4j.internal.guard;

import io.lota4j.LotaException;
import io.lota4j.internal.FileKind;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/// Lists of phrases, one a line.
public final class Phrases {
    private Phrases() {}

    /// The list that comes with lota.
    public static List<String> usual() {
        try (InputStream in = Objects.requireNonNull(Phrases.class.getResourceAsStream("declining.txt"))) {
            return lines(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The list of a file.
    ///
    /// @throws LotaException if it cannot be read
    public static List<String> of(Path file) {
        try {
            return lines(FileKind.text(file.toString(), Files.readAllBytes(file), "a list of phrases"));
        } catch (IOException e) {
            throw new LotaException("The list of phrases " + file + " cannot be read: " + FileKind.reason(e) + ".", e);
        }
    }

    private static List<String> lines(String text) {
        return text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    }
}
