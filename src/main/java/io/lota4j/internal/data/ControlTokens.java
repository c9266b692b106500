package io.lota4j.internal.data;

import io.lota4j.internal.jinja.Span;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// Finds added tokens in texts as tokenizers do: the leftmost, and of several there the longest.
final class ControlTokens {
    /// @param start where it stands in the text
    record Found(int start, String token) {
        int end() {
            return start + token.length();
        }
    }

    private static final Pattern BYTE = Pattern.compile("<0x[0-9A-F]{2}>");

    private final Map<Character, List<String>> byFirst = new HashMap<>();

    ControlTokens(Collection<String> tokens) {
        for (String token : tokens) {
            if (!token.isEmpty()) {
                byFirst.computeIfAbsent(token.charAt(0), c -> new ArrayList<>()).add(token);
            }
        }
        byFirst.values()
                .forEach(list ->
                        list.sort(Comparator.comparingInt(String::length).reversed()));
    }

    /// All tokens in a part of a text, in order, none over another.
    List<Found> in(String text, int from, int to) {
        List<Found> found = new ArrayList<>();
        for (int at = from; at < to; at++) {
            for (String token : byFirst.getOrDefault(text.charAt(at), List.of())) {
                if (at + token.length() <= to && text.startsWith(token, at)) {
                    found.add(new Found(at, token));
                    at += token.length() - 1;
                    break;
                }
            }
        }
        return found;
    }

    /// The first token in a part of a text that is not white space only.
    Optional<Found> first(String text, int from) {
        return in(text, from, text.length()).stream()
                .filter(found -> !found.token().isBlank())
                .findFirst();
    }

    /// All tokens of a text that are not, and no part of them is, in these stretches of it.
    List<Found> outside(List<Span> stretches, String text) {
        List<Found> own = new ArrayList<>();
        int from = 0;
        for (Span stretch : stretches) {
            own.addAll(in(text, from, stretch.start()));
            from = stretch.end();
        }
        own.addAll(in(text, from, text.length()));
        return own;
    }

    /// The tokens that say who speaks and where a turn ends: those marked special, the one that ends an answer,
    /// and those that the template writes around turns. Tags in pairs around parts of an answer (`<think>` and
    /// `</think>`) are none, for texts may hold them; nor are tokens of single bytes, of which any text may
    /// consist.
    static Set<String> protectedBy(ChatTemplate template, Tokenizer tokenizer, EndToken end) {
        Set<String> tokens = new LinkedHashSet<>(tokenizer.special());
        tokens.removeIf(token -> BYTE.matcher(token).matches());
        tokens.add(end.text());
        if (template instanceof JinjaTemplate) {
            Chat question = Chat.of(List.of(Message.user(EndToken.QUESTION)));
            Set<String> added = tokenizer.added();
            ControlTokens all = new ControlTokens(added);
            String text = template.render(question, 1, true).text();
            int asked = text.lastIndexOf(EndToken.QUESTION);
            for (Found found : all.in(text, 0, text.length())) {
                boolean aroundTheUser = found.start() < asked;
                if (!found.token().isBlank() && (aroundTheUser || !inPairs(found.token(), added))) {
                    tokens.add(found.token());
                }
            }
        }
        return tokens;
    }

    private static boolean inPairs(String token, Set<String> added) {
        return token.startsWith("</")
                ? added.contains("<" + token.substring(2))
                : token.startsWith("<") && added.contains("</" + token.substring(1));
    }
}
