package io.lota4j.internal.data;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/// Holds a regular expression of a `tokenizer.json` against what the native library survives: it ends the JVM where an
/// expression is nested so deeply that its stack is full, and where a search takes more than ten million steps back.
final class TokenizerPattern {
    /// The longest of those that are known has 400 characters.
    private static final int LONGEST = 4096;

    /// As many groups and sets as may begin.
    private static final int MOST_OPEN = 256;

    /// Repetitions that may be more than this count as without end.
    private static final int FEW = 16;

    private final String regex;
    private int at;
    private int opened;

    private TokenizerPattern(String regex) {
        this.regex = regex;
    }

    /// What is wrong with an expression, as the end of a sentence that begins with it.
    static Optional<String> problem(String regex) {
        if (regex.length() > LONGEST) {
            return Optional.of("has " + regex.length() + " characters, more than " + LONGEST);
        }
        return new TokenizerPattern(regex).problem();
    }

    private Optional<String> problem() {
        // Whether something is repeated without end in a group, for each that is open.
        Deque<Boolean> repeats = new ArrayDeque<>();
        boolean within = false;
        while (at < regex.length()) {
            boolean repeated = false;
            char c = regex.charAt(at);
            switch (c) {
                case '(' -> {
                    opened++;
                    repeats.push(within);
                    within = false;
                    at++;
                    continue;
                }
                case ')' -> {
                    repeated = within;
                    within = !repeats.isEmpty() && repeats.pop();
                    at++;
                }
                case '[' -> skipSet();
                case '\\' -> at += 2;
                default -> at++;
            }
            if (opened > MOST_OPEN) {
                return Optional.of("has more than " + MOST_OPEN + " groups and sets");
            }
            boolean endless = skipQuantifier();
            if (endless && repeated) {
                return Optional.of("repeats without end what is repeated without end, which may take for ever");
            }
            within |= endless || repeated;
        }
        return Optional.empty();
    }

    /// Sets may stand within sets.
    private void skipSet() {
        int depth = 0;
        do {
            char c = regex.charAt(at);
            if (c == '\\') {
                at++;
            } else if (c == '[') {
                depth++;
                opened++;
            } else if (c == ']') {
                depth--;
            }
            at++;
        } while (depth > 0 && at < regex.length());
    }

    /// Goes behind a quantifier, if there is one.
    ///
    /// @return whether it has no end
    private boolean skipQuantifier() {
        boolean endless = false;
        while (at < regex.length()) {
            char c = regex.charAt(at);
            int close = c == '{' ? regex.indexOf('}', at) : -1;
            if (c == '*' || c == '+') {
                endless = true;
                at++;
            } else if (c == '?') {
                at++;
            } else if (close > 0 && regex.substring(at + 1, close).matches("\\d*,?\\d*")) {
                endless |= isMany(regex.substring(at + 1, close));
                at = close + 1;
            } else {
                break;
            }
        }
        return endless;
    }

    /// @param bounds such as `3`, `1,3` or `2,`
    private static boolean isMany(String bounds) {
        String most = bounds.substring(bounds.indexOf(',') + 1);
        return most.isEmpty() || most.length() > 2 || Integer.parseInt(most) > FEW;
    }
}
