package io.lota4j.guard;

import io.lota4j.LotaException;
import io.lota4j.internal.Suggestions;
import java.util.List;

/// How a probe's prompt becomes what the model reads.
///
/// @param kind which way
/// @param text of the system message, or what `{prompt}` is replaced in; empty for the others
public record ProbeTemplate(Kind kind, String text) {
    /// The ways there are.
    public enum Kind {
        /// The model's own chat template.
        CHAT,
        /// No template: the tokenizer's prefix and the prompt.
        PLAIN,
        /// A system message first, in place of any that the chat template writes by itself.
        SYSTEM,
        /// The prompt within a text, then as `CHAT`.
        WRAP
    }

    /// The model's own chat template.
    public static final ProbeTemplate CHAT = new ProbeTemplate(Kind.CHAT, "");

    private static final String PROMPT = "{prompt}";
    private static final List<String> NAMES = List.of("chat", "plain", "system", "wrap");

    /// Checks that the text fits.
    ///
    /// @throws LotaException if a text is missing or has no part, or one to wrap with has no
    ///     `{prompt}`
    public ProbeTemplate {
        boolean needed = kind == Kind.SYSTEM || kind == Kind.WRAP;
        if (needed == text.isBlank()) {
            throw new LotaException(
                    "The templates 'system' and 'wrap' need a text, as in 'system=Be brief.', and 'chat'"
                            + " and 'plain' take none.");
        }
        if (kind == Kind.WRAP && !text.contains(PROMPT)) {
            throw new LotaException("The template 'wrap' needs '{prompt}' in its text, found '" + text + "'.");
        }
    }

    /// One as files and command lines write it: `chat`, `plain`, `system=TEXT` or `wrap=TEXT`.
    ///
    /// @throws LotaException if there is none of this name, or its text does not fit
    public static ProbeTemplate of(String written) {
        int equals = written.indexOf('=');
        String name = equals < 0 ? written : written.substring(0, equals);
        String text = equals < 0 ? "" : written.substring(equals + 1);
        return switch (name) {
            case "chat" -> new ProbeTemplate(Kind.CHAT, text);
            case "plain" -> new ProbeTemplate(Kind.PLAIN, text);
            case "system" -> new ProbeTemplate(Kind.SYSTEM, text);
            case "wrap" -> new ProbeTemplate(Kind.WRAP, text);
            default ->
                throw new LotaException("There is no template '" + name + "'"
                        + Suggestions.nearest(name, NAMES)
                                .map(near -> " (did you mean '" + near + "'?)")
                                .orElse("")
                        + ", expected one of chat, plain, system=TEXT and wrap=TEXT.");
        };
    }

    /// As files have it.
    public String word() {
        return switch (kind) {
            case CHAT -> "chat";
            case PLAIN -> "plain";
            case SYSTEM -> "system=" + text;
            case WRAP -> "wrap=" + text;
        };
    }

    /// The user's message.
    public String message(String prompt) {
        return kind == Kind.WRAP ? text.replace(PROMPT, prompt) : prompt;
    }
}
