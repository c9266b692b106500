package io.lota4j.internal.data.file;

import io.lota4j.LotaException;
import io.lota4j.internal.JsonFault;
import io.lota4j.internal.Text;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.json.JsonMapper;

/// Reads objects of JSON strictly: nothing is repaired, and numbers keep their text.
public final class JsonRow {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private JsonRow() {}

    /// The columns of a line, in its order.
    ///
    /// @throws LotaException if the line is no JSON object in UTF-8, has a key twice or holds half a character; the
    ///     message does not say which line
    public static Map<String, @Nullable Object> columns(byte[] line) {
        String text = decoded(line);
        String json = !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK ? text.substring(1) : text;
        try (JsonParser parser = MAPPER.createParser(json)) {
            Object value = value(parser, parser.nextToken());
            if (parser.nextToken() != null) {
                throw new LotaException("a second value follows on the same line; expected one JSON object a line.");
            }
            if (value instanceof Map<?, ?> object) {
                return columns(object);
            }
            throw new LotaException("expected a JSON object, found " + Columns.kind(value) + ".");
        } catch (JacksonException e) {
            throw new LotaException("not valid JSON: " + reason(e), e);
        }
    }

    /// What is wrong with a line that cannot be parsed, and where.
    static String reason(JacksonException e) {
        String fault = JsonFault.plain(e.getOriginalMessage());
        // What is too deep or too long has no place.
        return e.getLocation() == null
                ? fault
                : fault + " (column " + e.getLocation().getColumnNr() + ")";
    }

    private static String decoded(byte[] line) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(line))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new LotaException(
                    "not valid UTF-8, as byte " + (wellFormed(line) + 1) + " of the line shows. Convert the file to"
                            + " UTF-8.",
                    e);
        }
    }

    /// How many bytes stand before the first that is not UTF-8.
    private static int wellFormed(byte[] line) {
        ByteBuffer bytes = ByteBuffer.wrap(line);
        StandardCharsets.UTF_8.newDecoder().decode(bytes, CharBuffer.allocate(line.length + 1), true);
        return bytes.position();
    }

    /// Parses a text, of which every number and key stays as it is.
    static JsonParser parser(Reader text) {
        return MAPPER.createParser(text);
    }

    @SuppressWarnings("unchecked") // made by the method below
    static Map<String, @Nullable Object> columns(Map<?, ?> object) {
        return (Map<String, @Nullable Object>) object;
    }

    /// The value that begins with a token.
    ///
    /// @throws LotaException if it holds half a character, or the text ends within it
    static @Nullable Object value(JsonParser parser, @Nullable JsonToken token) {
        return switch (token) {
            case START_OBJECT -> {
                Map<String, @Nullable Object> object = new LinkedHashMap<>();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String key = whole(parser.getString());
                    object.put(key, value(parser, parser.nextToken()));
                }
                yield object;
            }
            case START_ARRAY -> {
                List<@Nullable Object> list = new ArrayList<>();
                for (JsonToken next = parser.nextToken(); next != JsonToken.END_ARRAY; next = parser.nextToken()) {
                    list.add(value(parser, next));
                }
                yield list;
            }
            case VALUE_STRING -> whole(parser.getString());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new JsonNumber(parser.getString());
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            case null, default -> throw new LotaException("not valid JSON: the text ends within a value.");
        };
    }

    /// Refuses half a surrogate pair, for which no token and no byte of UTF-8 stands.
    private static String whole(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                throw new LotaException(Text.format(
                        "a text holds half a character: \\u%04x without the other half of its surrogate pair. Write"
                                + " both halves or leave it out.",
                        (int) c));
            }
        }
        return text;
    }
}
