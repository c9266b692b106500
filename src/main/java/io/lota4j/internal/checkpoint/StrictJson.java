package io.lota4j.internal.checkpoint;

import io.lota4j.LotaException;
import io.lota4j.internal.FileKind;
import io.lota4j.internal.JsonFault;
import io.lota4j.internal.Text;
import java.util.Locale;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;

/// JSON from files that may be hostile: no key twice, nothing after the value.
public final class StrictJson {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /// Python writes what JSON has no words for, and numbers of any length, which stay what they are.
    private static final JsonMapper PYTHONS = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private StrictJson() {}

    /// The one object in a JSON text.
    ///
    /// @param utf8 the text
    /// @param where what the text is, for the message
    /// @throws LotaException when it is not JSON, not an object, or has a key twice
    public static JsonNode object(byte[] utf8, String where) {
        return object(MAPPER, utf8, where);
    }

    /// The one object in a JSON text as Python writes it: with `NaN` and `Infinity`, and with numbers that only an
    /// exact type holds.
    ///
    /// @param utf8 the text
    /// @param where what the text is, for the message
    /// @throws LotaException when it is not JSON, not an object, or has a key twice
    public static JsonNode pythons(byte[] utf8, String where) {
        return object(PYTHONS, utf8, where);
    }

    private static JsonNode object(JsonMapper mapper, byte[] utf8, String where) {
        FileKind.require(where, utf8, "JSON");
        JsonNode node;
        try {
            node = mapper.readTree(utf8);
        } catch (JacksonException e) {
            throw new LotaException(Text.format("%s is not valid JSON: %s.", where, fault(e)), e);
        } catch (NumberFormatException e) {
            // What the parser throws for an exponent that no exact number has, and it says no place.
            throw new LotaException(
                    Text.format("%s holds a number that is too large or too small to be read.", where), e);
        }
        if (!node.isObject()) {
            throw new LotaException(Text.format(
                    "%s must be a JSON object, but is %s.",
                    where, node.getNodeType().name().toLowerCase(Locale.ROOT)));
        }
        return node;
    }

    /// What is wrong with a text that cannot be parsed, and where.
    public static String fault(JacksonException e) {
        TokenStreamLocation at = e.getLocation();
        return JsonFault.plain(
                e.getOriginalMessage(), at == null ? 0 : at.getLineNr(), at == null ? 0 : at.getColumnNr());
    }
}
