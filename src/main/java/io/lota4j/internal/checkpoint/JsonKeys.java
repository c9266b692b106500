package io.lota4j.internal.checkpoint;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.DoublePredicate;
import java.util.function.Function;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/// Keys of a JSON object that a user brings, each read as what it must be. A value of another type or out of its range
/// is refused with file, key, what was found and what was expected; it never becomes a default.
///
/// What `optional…` reads may be absent. It may be `null` too where the `null` says so: for some keys that means the
/// default, for others nothing that can be computed with.
///
/// @param file that the object is in
/// @param prefix of keys in messages, such as `rope_scaling.`; empty for the whole file
/// @param node the object
public record JsonKeys(Path file, String prefix, JsonNode node) {
    /// The most characters of a value in a message.
    private static final int LONGEST = 80;

    /// Whether `null` behind a key is as if the key were not there.
    public enum Null {
        ABSENT,
        REFUSED
    }

    /// Whether there is something behind a key, be it of the wrong type.
    public boolean has(String key) {
        return !node.path(key).isMissingNode() && !node.path(key).isNull();
    }

    /// The same keys, with values for some that are absent; `null` is not.
    ///
    /// @param defaults a JSON object
    public JsonKeys withDefaults(String defaults) {
        ObjectNode all = object(defaults);
        node.properties().forEach(entry -> all.set(entry.getKey(), entry.getValue()));
        return new JsonKeys(file, prefix, all);
    }

    /// The same keys, of which one has another value, or one that it did not have.
    ///
    /// @param value a JSON object
    public JsonKeys with(String key, String value) {
        return with(key, object(value));
    }

    private static ObjectNode object(String json) {
        return (ObjectNode) StrictJson.object(json.getBytes(StandardCharsets.UTF_8), "the program's own");
    }

    private JsonKeys with(String key, JsonNode value) {
        ObjectNode all = JsonNodeFactory.instance.objectNode();
        node.properties().forEach(entry -> all.set(entry.getKey(), entry.getValue()));
        all.set(key, value);
        return new JsonKeys(file, prefix, all);
    }

    /// The same keys, of which one may have another name.
    ///
    /// @throws LotaException if both are there and differ
    public JsonKeys withAlias(String alias, String key) {
        if (!has(alias)) {
            return this;
        }
        JsonNode value = node.path(alias);
        if (has(key) && !node.path(key).equals(value)) {
            throw refused(Text.format(
                    "%s is %s, but %s, another name of it, is %s: they must agree.",
                    name(key), shown(node.path(key)), name(alias), shown(value)));
        }
        return with(key, value);
    }

    /// A whole number over 0 that must be there.
    public int positive(String key) {
        return optionalPositive(key, Null.REFUSED)
                .orElseThrow(() -> wrong(key, "a whole number over 0", node.path(key)));
    }

    /// A whole number over 0.
    public Optional<Integer> optionalPositive(String key, Null nothing) {
        return whole(key, nothing, 1, "a whole number over 0");
    }

    /// A whole number from 0 on.
    public Optional<Integer> optionalCount(String key, Null nothing) {
        return whole(key, nothing, 0, "a whole number from 0 on");
    }

    private Optional<Integer> whole(String key, Null nothing, int least, String expected) {
        return value(key, nothing)
                .map(value -> expect(
                                key,
                                value,
                                value.isIntegralNumber() && value.canConvertToInt() && value.intValue() >= least,
                                expected)
                        .intValue());
    }

    /// A number that must be there.
    ///
    /// @param fits what else it must be
    /// @param expected the same in words, such as `a number over 0`
    public double number(String key, DoublePredicate fits, String expected) {
        return optionalNumber(key, Null.REFUSED, fits, expected)
                .orElseThrow(() -> wrong(key, expected, node.path(key)));
    }

    /// A number; infinite ones and NaN are none.
    ///
    /// @param fits what else it must be
    /// @param expected the same in words, such as `a number over 0`
    public Optional<Double> optionalNumber(String key, Null nothing, DoublePredicate fits, String expected) {
        return value(key, nothing).map(value -> {
            double number = value.isNumber() ? value.numberValue().doubleValue() : Double.NaN;
            expect(key, value, Double.isFinite(number) && fits.test(number), expected);
            return number;
        });
    }

    /// `true` or `false`.
    public Optional<Boolean> optionalFlag(String key, Null nothing) {
        return value(key, nothing)
                .map(value ->
                        expect(key, value, value.isBoolean(), "true or false").booleanValue());
    }

    /// A text that must be there.
    public String text(String key) {
        return optionalText(key, Null.REFUSED).orElseThrow(() -> wrong(key, "a text", node.path(key)));
    }

    /// A text.
    public Optional<String> optionalText(String key, Null nothing) {
        return value(key, nothing)
                .map(value -> expect(key, value, value.isString(), "a text").stringValue());
    }

    /// An object.
    public Optional<JsonKeys> optionalObject(String key, Null nothing) {
        String expected = nothing == Null.ABSENT ? "an object or null" : "an object";
        return value(key, nothing)
                .map(value -> new JsonKeys(file, prefix + key + ".", expect(key, value, value.isObject(), expected)));
    }

    /// A list of texts.
    public Optional<List<String>> optionalTexts(String key, Null nothing) {
        return entries(key, nothing, "a list of texts", JsonNode::isString, JsonNode::stringValue);
    }

    /// A list of whole numbers.
    public Optional<List<Integer>> optionalWholes(String key, Null nothing) {
        return entries(
                key,
                nothing,
                "a list of whole numbers",
                entry -> entry.isIntegralNumber() && entry.canConvertToInt(),
                JsonNode::intValue);
    }

    /// A list of numbers; infinite ones and NaN are none.
    public Optional<List<Double>> optionalNumbers(String key, Null nothing) {
        return entries(
                key,
                nothing,
                "a list of numbers",
                entry -> entry.isNumber() && Double.isFinite(entry.numberValue().doubleValue()),
                entry -> entry.numberValue().doubleValue());
    }

    private <T> Optional<List<T>> entries(
            String key, Null nothing, String expected, Predicate<JsonNode> fits, Function<JsonNode, T> reading) {
        return value(key, nothing).map(list -> {
            expect(key, list, list.isArray() && list.valueStream().allMatch(fits), expected);
            return list.valueStream().map(reading).toList();
        });
    }

    /// A list of objects, empty where it is absent.
    public List<JsonKeys> optionalObjects(String key, Null nothing) {
        Optional<JsonNode> list = value(key, nothing);
        list.ifPresent(value -> expect(key, value, value.isArray(), "a list of objects"));
        List<JsonKeys> objects = new ArrayList<>();
        for (JsonNode entry : list.orElse(MissingNode.getInstance())) {
            String name = Text.format("%s[%d]", key, objects.size());
            objects.add(new JsonKeys(file, prefix + name + ".", expect(name, entry, entry.isObject(), "an object")));
        }
        return objects;
    }

    /// A refusal of what is behind a key.
    ///
    /// @param expected what it must be, such as `a text`
    public LotaException wrong(String key, String expected) {
        return wrong(key, expected, node.path(key));
    }

    private Optional<JsonNode> value(String key, Null nothing) {
        JsonNode value = node.path(key);
        boolean absent = value.isMissingNode() || (value.isNull() && nothing == Null.ABSENT);
        return absent ? Optional.empty() : Optional.of(value);
    }

    private JsonNode expect(String key, JsonNode value, boolean fits, String expected) {
        if (!fits) {
            throw wrong(key, expected, value);
        }
        return value;
    }

    private LotaException wrong(String key, String expected, JsonNode found) {
        return refused(Text.format(
                "%s must be %s, found %s.", name(key), expected, found.isMissingNode() ? "nothing" : shown(found)));
    }

    private static String shown(JsonNode found) {
        String text = found.toString();
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
    }

    /// A key as messages name it: in quotes, with those that it is within.
    public String name(String key) {
        return "\"" + prefix + key + "\"";
    }

    /// A refusal of something in the file.
    ///
    /// @param sentence what is wrong
    public LotaException refused(String sentence) {
        return new LotaException(file + ": " + sentence);
    }
}
