package io.lota4j.internal.data.file;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.dataformat.csv.CsvMapper;
import tools.jackson.dataformat.csv.CsvSchema;

/// A table as text in UTF-8: a header, then a row a line, of which every value is text.
///
/// A value in quotes may hold separators and line breaks, and a quote as two. Blank lines are skipped.
///
/// @param name what a user calls it, and the ending of such files
/// @param title what it is called in a sentence
/// @param separator between values
record SeparatedValues(String name, String title, char separator) implements RowKind {
    private static final CsvMapper MAPPER = CsvMapper.builder().build();

    @Override
    public String words() {
        return Text.format("%s (a header, then a row a line, in UTF-8)", title);
    }

    @Override
    public boolean holds(String start, String file) {
        return file.endsWith("." + name) && !start.stripLeading().startsWith("{\"");
    }

    @Override
    public RowReader open(Source source) throws IOException {
        JsonParser parser = MAPPER.reader()
                .with(CsvSchema.emptySchema().withColumnSeparator(separator))
                .createParser(Utf8.reader(source));
        Lines lines = new Lines(source.name(), title, parser);
        try {
            lines.readHeader(separator);
            return lines;
        } catch (LotaException e) {
            lines.close();
            throw e;
        }
    }

    private static final class Lines implements RowReader {
        private final String name;
        private final String title;
        private final JsonParser parser;
        private List<String> header = List.of();
        private int line;
        private int rows;

        Lines(String name, String title, JsonParser parser) {
            this.name = name;
            this.title = title;
            this.parser = parser;
        }

        void readHeader(char separator) {
            List<String> names = values();
            if (names == null) {
                return;
            }
            Set<String> seen = new HashSet<>();
            for (String column : names) {
                if (column.isBlank() || !seen.add(column)) {
                    throw new LotaException(Text.format(
                            "%s, line %d: expected a header, which names each column once; found %s.",
                            name, line, column.isBlank() ? "a column without a name" : "'" + column + "' twice"));
                }
            }
            if (names.size() == 1
                    && (names.getFirst().contains(";") || names.getFirst().contains("\t"))) {
                throw new LotaException(Text.format(
                        "%s, line %d: expected a header of columns apart by %s, found the single column '%s'. Write the"
                                + " table with that separator, or say its format.",
                        name, line, separator == '\t' ? "tabs" : "commas", names.getFirst()));
            }
            header = names;
        }

        @Override
        public @Nullable Row next() {
            List<String> values = values();
            if (values == null) {
                return null;
            }
            int index = rows++;
            if (values.size() != header.size()) {
                throw new BadRowException(
                        name,
                        "line " + line,
                        Text.format(
                                "expected %d values, as the header has columns, found %d.",
                                header.size(), values.size()),
                        null);
            }
            Map<String, @Nullable Object> columns = new LinkedHashMap<>();
            for (int i = 0; i < values.size(); i++) {
                columns.put(header.get(i), values.get(i));
            }
            return new Row(index, "line " + line, columns);
        }

        private @Nullable List<String> values() {
            try {
                while (parser.nextToken() != null) {
                    List<String> values = new ArrayList<>();
                    while (parser.nextToken() == JsonToken.VALUE_STRING) {
                        if (values.isEmpty()) {
                            line = parser.currentTokenLocation().getLineNr();
                        }
                        values.add(parser.getString());
                    }
                    if (values.size() > 1
                            || (!values.isEmpty() && !values.getFirst().isEmpty())) {
                        return values;
                    }
                }
                return null;
            } catch (JacksonException e) {
                throw fault(e);
            }
        }

        private LotaException fault(JacksonException e) {
            String said = String.valueOf(e.getOriginalMessage());
            String fault;
            if (Utf8.isNoText(e)) {
                fault = "not valid UTF-8 somewhere after this line. Convert the file to UTF-8.";
            } else if (said.contains("closing quote")) {
                fault = "a value's quote is not closed before the file ends.";
            } else if (said.contains("Expected column separator")) {
                fault = "text follows behind a closing quote. Write a quote within a value as two.";
            } else {
                fault = "malformed " + title + ".";
            }
            return new LotaException(name + ", after line " + line + ": " + fault, e);
        }

        @Override
        public void close() {
            parser.close();
        }
    }
}
