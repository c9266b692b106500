package io.lota4j.data;

/// White space as Python's `str` knows it, which chat templates were written for.
final class PythonText {
    private static final char NEXT_LINE = '\u0085';

    private PythonText() {}

    /// `str.strip()`.
    static String strip(String text) {
        int end = text.length();
        while (end > 0 && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return stripLeading(text.substring(0, end));
    }

    /// `str.lstrip()`.
    static String stripLeading(String text) {
        int start = 0;
        while (start < text.length() && isSpace(text.charAt(start))) {
            start++;
        }
        return text.substring(start);
    }

    private static boolean isSpace(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == NEXT_LINE;
    }
}
