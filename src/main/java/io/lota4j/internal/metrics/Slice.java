package io.lota4j.internal.metrics;

import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a figure of a probe is of, beside its probe: the text behind `slice`.
///
/// @param category of the requests, or null for all
/// @param mutation of the prompts, or null for none
/// @param prefill tokens before the answer
/// @param secret which secret stood before the question, `right` or `wrong`; null for none
/// @param template of the prompts, `chat` by default
public record Slice(
        @Nullable String category,
        @Nullable String mutation,
        int prefill,
        @Nullable String secret,
        String template) {
    /// The template that is not named.
    public static final String CHAT = "chat";

    /// All requests, asked in the model's chat template and nothing else.
    public static final Slice USUAL = new Slice(null, null, 0, null, CHAT);

    /// Keys in the order in which they stand. A value ends where the next key begins.
    private static final Pattern TEXT =
            Pattern.compile("(?s)(?:category=(.*?))?(?:(?:^| )mutation=(.*?))?(?:(?:^| )prefill=([0-9]+))?(?:(?:^|"
                    + " )secret=(right|wrong))?(?:(?:^| )template=(.*))?");

    /// The same of one category.
    public Slice of(String one) {
        return new Slice(one, mutation, prefill, secret, template);
    }

    /// The same of all categories.
    public Slice whole() {
        return new Slice(null, mutation, prefill, secret, template);
    }

    /// The same asked with a secret.
    ///
    /// @param use `right` or `wrong`, or null for none
    public Slice under(@Nullable String use) {
        return new Slice(category, mutation, prefill, use, template);
    }

    /// As figures have it; null for [#USUAL].
    public @Nullable String text() {
        Map<String, String> parts = new TreeMap<>();
        if (category != null) {
            parts.put("category", category);
        }
        if (mutation != null) {
            parts.put("mutation", mutation);
        }
        if (prefill > 0) {
            parts.put("prefill", Integer.toString(prefill));
        }
        if (secret != null) {
            parts.put("secret", secret);
        }
        if (!template.equals(CHAT)) {
            parts.put("template", template);
        }
        StringJoiner text = new StringJoiner(" ");
        parts.forEach((key, value) -> text.add(key + "=" + value));
        return parts.isEmpty() ? null : text.toString();
    }

    /// Of a figure's text.
    public static Slice parse(@Nullable String text) {
        Matcher parts = TEXT.matcher(text == null ? "" : text);
        if (!parts.matches()) {
            return USUAL.of(text == null ? "" : text);
        }
        return new Slice(
                parts.group(1),
                parts.group(2),
                parts.group(3) == null ? 0 : Integer.parseInt(parts.group(3)),
                parts.group(4),
                parts.group(5) == null ? CHAT : parts.group(5));
    }
}
