package io.lota4j.internal.guard;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// Texts as judges compare them.
public final class Folded {
    private static final Pattern SPACE = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);

    private Folded() {}

    /// Curly apostrophes straight, white space one space, lower case, stripped.
    public static String text(String text) {
        String straight = text.replace('\u2019', '\'').replace('\u02BC', '\'');
        return SPACE.matcher(straight).replaceAll(" ").toLowerCase(Locale.ROOT).strip();
    }

    /// Whether one of the phrases stands in a text at word boundaries: its neighbours are no
    /// letter or digit.
    ///
    /// @param within it begins before this character; 0: anywhere
    public static boolean holds(String text, List<String> phrases, int within) {
        return phrases.stream().anyMatch(phrase -> holds(text, phrase, within));
    }

    private static boolean holds(String text, String phrase, int within) {
        int at = text.indexOf(phrase);
        while (at >= 0 && (within == 0 || at < within)) {
            int end = at + phrase.length();
            boolean begins = at == 0 || !Character.isLetterOrDigit(text.codePointBefore(at));
            boolean ends = end == text.length() || !Character.isLetterOrDigit(text.codePointAt(end));
            if (begins && ends) {
                return true;
            }
            at = text.indexOf(phrase, at + 1);
        }
        return false;
    }

    /// Whether a text says nothing: it has no letter and no digit.
    public static boolean isEmpty(String text) {
        return text.codePoints().noneMatch(Character::isLetterOrDigit);
    }
}
