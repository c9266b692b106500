package io.lota4j.cli;

import io.lota4j.LotaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLParser;

/// A YAML value with the line it starts on (from 1). Scalars keep the text that was written: `1e-4` and `0.90`
/// reach a flag as they stand in the file.
sealed interface Yaml {
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

    /// Reads a file that holds one YAML document.
    ///
    /// @throws LotaException when the file cannot be read, is no YAML, is empty, holds a second document, an alias,
    ///     or a key twice
    static Yaml read(Path file) {
        String text;
        try {
            text = Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new LotaException("%s: no such file".formatted(file), e);
        } catch (IOException e) {
            throw new LotaException("%s: cannot be read: %s".formatted(file, e.getMessage()), e);
        }
        try (YAMLParser parser = (YAMLParser) new YAMLFactory().createParser(text)) {
            return new Reader(file, parser).document();
        } catch (JacksonException e) {
            throw new LotaException(
                    "%s, line %d: not YAML: %s".formatted(file, e.getLocation().getLineNr(), e.getOriginalMessage()),
                    e);
        }
    }

    /// Turns the parser's events into values.
    record Reader(Path file, YAMLParser parser) {
        Yaml document() {
            if (parser.nextToken() == null) {
                throw new LotaException("%s: is empty".formatted(file));
            }
            Yaml value = value();
            if (parser.nextToken() != null) {
                throw problem("holds a second document; expected one");
            }
            return value;
        }

        private Yaml value() {
            if (parser.isCurrentAlias()) {
                throw problem("aliases (*%s) are not supported; write the value out".formatted(parser.getString()));
            }
            int line = line();
            return switch (parser.currentToken()) {
                case START_OBJECT -> mapping(line);
                case START_ARRAY -> items(line);
                case VALUE_NULL -> new Nothing(line);
                default -> new Text(parser.getString(), line);
            };
        }

        private Yaml mapping(int line) {
            SequencedMap<String, Yaml> entries = new LinkedHashMap<>();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String key = parser.currentName();
                if (entries.containsKey(key)) {
                    throw problem("key '%s' is there twice, first on line %d"
                            .formatted(key, entries.get(key).line()));
                }
                int keyLine = line();
                parser.nextToken();
                entries.put(key, atLine(value(), keyLine));
            }
            return new Mapping(entries, line);
        }

        private Yaml items(int line) {
            List<Yaml> items = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                items.add(value());
            }
            return new Items(items, line);
        }

        /// A message about a value should name the line of its key: a missing value has none of its own.
        private static Yaml atLine(Yaml value, int line) {
            return switch (value) {
                case Text t -> new Text(t.text(), line);
                case Nothing n -> new Nothing(line);
                case Items i -> new Items(i.items(), line);
                case Mapping m -> new Mapping(m.entries(), line);
            };
        }

        private int line() {
            return parser.currentTokenLocation().getLineNr();
        }

        private LotaException problem(String what) {
            return new LotaException("%s, line %d: %s".formatted(file, line(), what));
        }
    }
}
