package io.lota4j.internal.yaml;

import io.lota4j.LotaException;
import io.lota4j.internal.FileKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;

/// A YAML value with the line it starts on (from 1). Scalars keep the text that was written: `1e-4` and `0.90`
/// reach their reader as they stand in the file. Anchors and merge keys (`<<`) are resolved.
public sealed interface Yaml {
    /// The line; that of the key for a value behind one, and that of the alias for what an alias stands for.
    int line();

    /// What it is, for messages.
    String kind();

    /// A string, number or boolean.
    record Text(String text, int line) implements Yaml {
        @Override
        public String kind() {
            return "'" + text + "'";
        }
    }

    /// A key or list element with nothing behind it.
    record Nothing(int line) implements Yaml {
        @Override
        public String kind() {
            return "nothing";
        }
    }

    /// A list.
    record Items(List<Yaml> items, int line) implements Yaml {
        @Override
        public String kind() {
            return "a list";
        }
    }

    /// Keys and values in file order.
    record Mapping(SequencedMap<String, Yaml> entries, int line) implements Yaml {
        @Override
        public String kind() {
            return "a mapping";
        }
    }

    /// A file's one document.
    ///
    /// @param value what it holds
    /// @param lending keys of the top-level mapping under which there is an anchor that is used under another
    ///     key
    record Document(Yaml value, Set<String> lending) {}

    /// Reads a file that holds one YAML document.
    ///
    /// @throws LotaException as [#document]
    static Yaml read(Path file) {
        return document(file).value();
    }

    /// Reads a file that holds one YAML document.
    ///
    /// @throws LotaException when the file cannot be read, is no YAML, is empty, holds a second document or a
    ///     key twice, or when its aliases contain themselves or grow beyond a million values
    static Document document(Path file) {
        try {
            return new YamlReader(file).document(FileKind.text(file.toString(), Files.readAllBytes(file), "YAML"));
        } catch (IOException e) {
            throw new LotaException(
                    io.lota4j.internal.Text.format("%s: cannot be read: %s", file, FileKind.reason(e)), e);
        }
    }
}
