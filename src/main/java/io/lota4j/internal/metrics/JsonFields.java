package io.lota4j.internal.metrics;

import io.lota4j.LotaException;
import io.lota4j.internal.Suggestions;
import io.lota4j.internal.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The fields of a JSON object, each asked for by name and type: what is missing, of another type or never asked for is
/// an error that says where.
public final class JsonFields {
    private final JsonNode node;
    private final String place;
    private final Set<String> asked = new TreeSet<>();

    private JsonFields(JsonNode node, String place) {
        this.node = node;
        this.place = place;
    }

    /// Reads an object whole.
    ///
    /// @param place what the object is, for messages
    /// @throws LotaException if it has a field that `reader` does not ask for, or what `reader` throws
    public static <T> T read(JsonNode node, String place, Function<JsonFields, T> reader) {
        if (!node.isObject()) {
            throw new LotaException(Text.format("%s must be an object, found %s.", place, node));
        }
        JsonFields fields = new JsonFields(node, place);
        T read = reader.apply(fields);
        fields.refuseOthers();
        return read;
    }

    private void refuseOthers() {
        for (String key : node.propertyNames()) {
            if (!asked.contains(key)) {
                throw new LotaException(Text.format(
                        "%s: unknown key '%s'; %s",
                        place,
                        key,
                        Suggestions.nearest(key, asked)
                                .map(near -> Text.format("did you mean '%s'?", near))
                                .orElse("known are " + String.join(", ", asked))));
            }
        }
    }

    public String text(String key) {
        return of(key, JsonNode::isString, "a text").stringValue();
    }

    public @Nullable String textOrNull(String key) {
        return absent(key) ? null : text(key);
    }

    public long integer(String key) {
        return of(key, v -> v.isIntegralNumber() && v.canConvertToLong(), "a whole number")
                .longValue();
    }

    public @Nullable Long integerOrNull(String key) {
        return absent(key) ? null : integer(key);
    }

    /// A whole number of rows or of stages.
    public int count(String key) {
        return of(
                        key,
                        v -> v.isIntegralNumber() && v.canConvertToInt() && v.intValue() >= 0,
                        "a whole number from 0 on")
                .intValue();
    }

    public double number(String key) {
        return of(key, v -> v.isNumber() && Double.isFinite(v.numberValue().doubleValue()), "a finite number")
                .numberValue()
                .doubleValue();
    }

    @Nullable
    Double numberOrNull(String key) {
        return absent(key) ? null : number(key);
    }

    boolean flag(String key) {
        return of(key, JsonNode::isBoolean, "true or false").booleanValue();
    }

    <T> T object(String key, Function<JsonFields, T> reader) {
        return read(of(key, JsonNode::isObject, "an object"), place + ", " + key, reader);
    }

    <T> @Nullable T objectOrNull(String key, Function<JsonFields, T> reader) {
        return absent(key) ? null : object(key, reader);
    }

    <T> List<T> objectsOrNone(String key, Function<JsonFields, T> reader) {
        return absent(key) ? List.of() : objects(key, reader);
    }

    <T> List<T> objects(String key, Function<JsonFields, T> reader) {
        List<T> all = new ArrayList<>();
        for (JsonNode item : of(key, JsonNode::isArray, "a list")) {
            all.add(read(item, Text.format("%s, %s[%d]", place, key, all.size()), reader));
        }
        return List.copyOf(all);
    }

    List<String> texts(String key) {
        List<String> all = new ArrayList<>();
        for (JsonNode item : of(key, JsonNode::isArray, "a list")) {
            all.add(check(item, Text.format("%s[%d]", key, all.size()), JsonNode::isString, "a text")
                    .stringValue());
        }
        return List.copyOf(all);
    }

    /// Texts by name, in the file's order.
    Map<String, String> map(String key) {
        Map<String, String> all = new LinkedHashMap<>();
        for (var entry : of(key, JsonNode::isObject, "an object").properties()) {
            JsonNode value = check(entry.getValue(), key + "." + entry.getKey(), JsonNode::isString, "a text");
            all.put(entry.getKey(), value.stringValue());
        }
        return all;
    }

    /// As [#map], empty where the key is not there.
    Map<String, String> mapOrNone(String key) {
        return absent(key) ? Map.of() : map(key);
    }

    private boolean absent(String key) {
        asked.add(key);
        return node.path(key).isMissingNode() || node.path(key).isNull();
    }

    private JsonNode of(String key, Predicate<JsonNode> fits, String expected) {
        if (absent(key)) {
            throw new LotaException(Text.format("%s: '%s' is missing; expected %s.", place, key, expected));
        }
        return check(node.path(key), key, fits, expected);
    }

    private JsonNode check(JsonNode value, String key, Predicate<JsonNode> fits, String expected) {
        if (!fits.test(value)) {
            throw new LotaException(Text.format("%s: '%s' must be %s, found %s.", place, key, expected, value));
        }
        return value;
    }
}
