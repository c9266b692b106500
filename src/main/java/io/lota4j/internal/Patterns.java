package io.lota4j.internal;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// Regular expressions that users bring.
public final class Patterns {
    /// What a search may look at before it is given up: some expressions would look for ever.
    private static final long MOST_LOOKS = 1_000_000;

    private Patterns() {}

    /// Whether an expression matches the whole of a text, looked for with patience that has an end.
    ///
    /// @throws PatternSyntaxException when that takes too long, or more stack than there is
    public static boolean matches(Pattern pattern, String text) {
        try {
            return pattern.matcher(new Looks(text, pattern)).matches();
        } catch (StackOverflowError e) {
            throw new PatternSyntaxException("too many groups or repetitions within each other", pattern.pattern(), -1);
        }
    }

    /// Counts how often a text is looked at.
    private static final class Looks implements CharSequence {
        private final String text;
        private final Pattern pattern;
        private long looks;

        Looks(String text, Pattern pattern) {
            this.text = text;
            this.pattern = pattern;
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            if (++looks > MOST_LOOKS) {
                throw new PatternSyntaxException("it takes too long to look for", pattern.pattern(), -1);
            }
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.substring(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
