package io.lota4j.internal.jinja;

import io.lota4j.internal.Text;

/// What a string literal stands for. jinja2 reads its escapes as Python does.
final class Escapes {
    private static final String SHORT = "\\'\"abfnrtv";
    private static final String MEANT = "\\'\"\u0007\b\f\n\r\t\u000b";

    private final String literal;
    private final StringBuilder text = new StringBuilder();
    private int at;

    private Escapes(String literal) {
        this.literal = literal;
    }

    static String read(String literal) {
        return literal.indexOf('\\') < 0 ? literal : new Escapes(literal).read();
    }

    private String read() {
        while (at < literal.length()) {
            char c = literal.charAt(at++);
            if (c == '\\') {
                escape();
            } else {
                text.append(c);
            }
        }
        return text.toString();
    }

    private void escape() {
        int c = literal.codePointAt(at);
        int known = SHORT.indexOf(c);
        if (known >= 0) {
            at++;
            text.append(MEANT.charAt(known));
        } else if (c >= '0' && c <= '7') {
            octal();
        } else {
            at += Character.charCount(c);
            other(c);
        }
    }

    private void other(int c) {
        switch (c) {
            case '\n' -> {}
            case 'x' -> hex(2);
            case 'u' -> hex(4);
            case 'U' -> hex(8);
            case 'N' -> named();
            // jinja2 writes what is not ASCII as an escape of its own first; the backslash before it then counts
            // for that one's.
            default -> text.append('\\').append(c < 128 ? Character.toString(c) : spelled(c));
        }
    }

    private static String spelled(int c) {
        return c < 0x100 ? Text.format("x%02x", c) : c < 0x10000 ? Text.format("u%04x", c) : Text.format("U%08x", c);
    }

    private void octal() {
        int end = at;
        while (end < literal.length() && end < at + 3 && literal.charAt(end) >= '0' && literal.charAt(end) <= '7') {
            end++;
        }
        text.appendCodePoint(Integer.parseInt(literal.substring(at, end), 8));
        at = end;
    }

    private void hex(int digits) {
        int end = at + digits;
        if (end > literal.length() || !literal.substring(at, end).matches("[0-9a-fA-F]+")) {
            throw new Refusal("a text has an escape that is cut short");
        }
        long code = Long.parseLong(literal.substring(at, end), 16);
        if (code > Character.MAX_CODE_POINT) {
            throw new Refusal("a text has an escape of no Unicode character");
        }
        text.appendCodePoint((int) code);
        at = end;
    }

    private void named() {
        int end = literal.indexOf('}', at);
        if (end < 0 || literal.charAt(at) != '{') {
            throw new Refusal("a text has an escape \\N without {name}");
        }
        String name = literal.substring(at + 1, end);
        try {
            text.appendCodePoint(Character.codePointOf(name));
        } catch (IllegalArgumentException e) {
            throw new Refusal("a text names a character that Unicode does not have: " + name);
        }
        at = end + 1;
    }
}
