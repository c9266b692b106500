package io.lota4j.internal.data.file;

import io.lota4j.LotaException;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.UnexpectedEndOfInputException;

/// A JSON array of objects, in UTF-8. It is read object by object.
final class JsonArray implements RowKind {
    @Override
    public String name() {
        return "json";
    }

    @Override
    public String words() {
        return "a JSON array (of objects, in UTF-8)";
    }

    @Override
    public boolean holds(String start, String name) {
        String text = start.stripLeading();
        boolean table = name.endsWith(".csv") || name.endsWith(".tsv");
        return text.startsWith("[")
                && (!table || text.substring(1).stripLeading().startsWith("{"));
    }

    @Override
    public RowReader open(Source source) throws IOException {
        Items items = new Items(source.name(), JsonRow.parser(Utf8.reader(source)));
        try {
            items.requireArray();
            return items;
        } catch (LotaException e) {
            items.close();
            throw e;
        }
    }

    private static final class Items implements RowReader {
        private final String name;
        private final JsonParser parser;
        private int rows;

        Items(String name, JsonParser parser) {
            this.name = name;
            this.parser = parser;
        }

        void requireArray() {
            JsonToken first = token();
            if (first != JsonToken.START_ARRAY) {
                throw new LotaException(name + ": expected a JSON array of objects, found "
                        + (first == JsonToken.START_OBJECT
                                ? "an object: write the list of its rows alone, or one object a line."
                                : "a single value."));
            }
        }

        @Override
        public @Nullable Row next() {
            JsonToken token = token();
            if (token == JsonToken.END_ARRAY) {
                if (token() != null) {
                    throw new LotaException(name + ", line " + line() + ": more text follows behind the JSON array.");
                }
                return null;
            }
            if (token == null) {
                throw cutOff();
            }
            int index = rows++;
            String place = Row.numbered(index) + ", line " + line();
            try {
                Object value = JsonRow.value(parser, token);
                if (value instanceof Map<?, ?> object) {
                    return new Row(index, place, JsonRow.columns(object));
                }
                throw new LotaException("expected a JSON object, found " + Columns.kind(value) + ".");
            } catch (JacksonException e) {
                throw fault(e);
            } catch (LotaException e) {
                skip();
                throw new BadRowException(name, place, e);
            }
        }

        /// Goes to the end of the value that was not read to its end.
        private void skip() {
            while (!parser.streamReadContext().getParent().inRoot()) {
                if (token() == null) {
                    throw cutOff();
                }
            }
        }

        private @Nullable JsonToken token() {
            try {
                return parser.nextToken();
            } catch (JacksonException e) {
                throw fault(e);
            }
        }

        private int line() {
            return parser.currentTokenLocation().getLineNr();
        }

        private LotaException cutOff() {
            return new LotaException(name + ": the file ends within the JSON array; it was cut off. Get it again.");
        }

        private LotaException fault(JacksonException e) {
            if (e instanceof UnexpectedEndOfInputException) {
                return cutOff();
            }
            if (Utf8.isNoText(e)) {
                return new LotaException(
                        name + ": not valid UTF-8 somewhere after line " + Math.max(0, line() - 1)
                                + ". Convert the file to UTF-8.",
                        e);
            }
            return new LotaException(
                    name + ", line " + line() + ": not valid JSON: " + JsonRow.reason(e)
                            + ". What is behind it cannot be read.",
                    e);
        }

        @Override
        public void close() {
            parser.close();
        }
    }
}
