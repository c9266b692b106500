package io.lota4j.internal.data;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.JsonKeys;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/// Refuses a `tokenizer.json` that the native library does not survive. What it finds wrong with one is mostly an
/// exception; but where it takes something for granted, it ends the JVM.
final class TokenizerRules {
    private static final String TYPE = "type";

    /// Values within each other; the native library reads up to 128.
    private static final int DEEPEST = 100;

    /// Normalizers that may leave nothing of a text of spaces or controls.
    private static final Set<String> ERASING = Set.of("Strip", "StripAccents", "BertNormalizer", "Nmt", "Precompiled");

    private final JsonKeys tokenizer;

    private TokenizerRules(JsonKeys tokenizer) {
        this.tokenizer = tokenizer;
    }

    /// @throws LotaException when the tokenizer is not to be given to the native library, with what is wrong
    static void check(JsonKeys tokenizer) {
        TokenizerRules rules = new TokenizerRules(tokenizer);
        rules.checkJson(tokenizer.node(), 0);
        for (String part : List.of("normalizer", "pre_tokenizer", "decoder")) {
            rules.checkPart(part, tokenizer.node().path(part));
        }
        rules.checkAdded();
        rules.checkTemplates(tokenizer.node().path("post_processor"));
    }

    private LotaException refused(String what) {
        return tokenizer.refused(what + ". The library of the tokenizers cannot be given such a file.");
    }

    /// What this program reads as JSON and the native library does not.
    private void checkJson(JsonNode node, int depth) {
        if (depth > DEEPEST) {
            throw refused(Text.format("More than %d values stand within each other", DEEPEST));
        }
        if (node.isNumber() && !Double.isFinite(node.numberValue().doubleValue())) {
            throw refused("A number is out of the range of numbers");
        }
        if (node.isString()) {
            checkText(node.stringValue());
        }
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            checkText(entry.getKey());
            checkJson(entry.getValue(), depth + 1);
        }
        if (node.isArray()) {
            node.forEach(item -> checkJson(item, depth + 1));
        }
    }

    private void checkText(String text) {
        if (text.codePoints().anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)) {
            throw refused("A text holds half a surrogate pair");
        }
    }

    /// @param name of the part of the tokenizer that the node is in
    private void checkPart(String name, JsonNode node) {
        JsonNode regex = node.path("Regex");
        if (regex.isString()) {
            TokenizerPattern.problem(regex.stringValue()).ifPresent(problem -> {
                throw refused(Text.format("A pattern of \"%s\" %s", name, problem));
            });
        }
        if (name.equals("decoder") && isOf(node, "Strip") && !isZero(node.path("stop"))) {
            throw refused("A decoder strips the ends of tokens (\"stop\" is " + node.path("stop")
                    + "), and has to be there for tokens without an end too");
        }
        if (isOf(node, "FixedLength") && isZero(node.path("length"))) {
            throw refused("\"pre_tokenizer\" makes pieces of length 0");
        }
        if (isOf(node, "Precompiled") && !isWhole(node.path("precompiled_charsmap"))) {
            throw refused("\"precompiled_charsmap\" is damaged: it leads to places that it does not have");
        }
        node.forEach(child -> checkPart(name, child));
    }

    private static boolean isOf(JsonNode node, String type) {
        return node.path(TYPE).isString() && node.path(TYPE).stringValue().equals(type);
    }

    private static boolean isZero(JsonNode number) {
        return number.isMissingNode()
                || (number.isNumber() && number.numberValue().doubleValue() == 0);
    }

    private static boolean isWhole(JsonNode charsmap) {
        if (!charsmap.isString()) {
            return charsmap.isMissingNode() || charsmap.isNull();
        }
        try {
            return Charsmap.isWhole(Base64.getDecoder().decode(charsmap.stringValue()));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /// Templates that take tokens which they do not describe.
    private void checkTemplates(JsonNode processor) {
        if (isOf(processor, "TemplateProcessing")) {
            for (String template : List.of("single", "pair")) {
                for (JsonNode piece : processor.path(template)) {
                    JsonNode id = piece.path("SpecialToken").path("id");
                    if (id.isString() && !processor.path("special_tokens").has(id.stringValue())) {
                        throw refused("\"post_processor\" takes the token '" + id.stringValue()
                                + "', which is not among its \"special_tokens\"");
                    }
                }
            }
        }
        processor.path("processors").forEach(this::checkTemplates);
    }

    /// A token without a text would be found between the bytes of a character.
    private void checkAdded() {
        Optional<String> erasing = types(tokenizer.node().path("normalizer"))
                .filter(ERASING::contains)
                .findFirst();
        for (JsonKeys added : tokenizer.optionalObjects("added_tokens", JsonKeys.Null.ABSENT)) {
            String content = added.text("content");
            if (content.isEmpty()) {
                throw refused("An added token has no text");
            }
            boolean normalized =
                    added.optionalFlag("normalized", JsonKeys.Null.ABSENT).orElse(true);
            if (normalized && erasing.isPresent() && content.codePoints().noneMatch(TokenizerRules::stays)) {
                throw refused(Text.format(
                        "Nothing may be left of the added token '%s' when it is normalized by %s",
                        content, erasing.get()));
            }
        }
    }

    private static boolean stays(int character) {
        return !Character.isWhitespace(character)
                && !Character.isSpaceChar(character)
                && switch (Character.getType(character)) {
                    case Character.CONTROL,
                            Character.FORMAT,
                            Character.UNASSIGNED,
                            Character.PRIVATE_USE,
                            Character.NON_SPACING_MARK,
                            Character.COMBINING_SPACING_MARK,
                            Character.ENCLOSING_MARK -> false;
                    default -> true;
                };
    }

    private static Stream<String> types(JsonNode node) {
        JsonNode type = node.path(TYPE);
        return Stream.concat(
                type.isString() ? Stream.of(type.stringValue()) : Stream.empty(),
                node.valueStream().flatMap(TokenizerRules::types));
    }
}
