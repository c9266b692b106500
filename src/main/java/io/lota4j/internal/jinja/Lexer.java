package io.lota4j.internal.jinja;

import io.lota4j.internal.jinja.Token.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Cuts a template into tokens, with the settings `trim_blocks` and `lstrip_blocks`.
///
/// - The newline behind `%}` and `#}` goes, unless `+%}` keeps it.
/// - White space between a line's start and `{%` or `{#` goes, unless `{%+` keeps it.
/// - `-` at either side takes all white space there.
final class Lexer {
    private static final Pattern SPACE = space("\\s*");
    private static final Pattern FLOAT = Pattern.compile(
            "(?<!\\.)(?:\\d+_)*\\d+(?:(?:\\.(?:\\d+_)*\\d+)?e[+\\-]?(?:\\d+_)*\\d+|\\.(?:\\d+_)*\\d+)",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern INTEGER = Pattern.compile(
            "0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[\\da-f])+|[1-9](?:_?\\d)*|0(?:_?0)*", Pattern.CASE_INSENSITIVE);
    private static final Pattern NAME = space("\\w+");
    private static final Pattern OPERATOR = Pattern.compile("//|\\*\\*|==|!=|>=|<=|[-+/*%~\\[\\](){}><=.:|,;]");
    private static final Pattern TAG = Pattern.compile("\\{[{%#]");
    private static final Pattern RAW = space("\\{%[-+]?\\s*raw\\s*(?:-%\\}\\s*|%\\})");
    private static final Pattern END_RAW = space("\\{%([-+]?)\\s*endraw\\s*(?:\\+%\\}|-%\\}\\s*|%\\}\\n?)");

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private final Deque<String> open = new ArrayDeque<>();
    private int at;
    private int line = 1;
    private boolean lineStarts = true;

    private Lexer(String source) {
        // Python's jinja2 knows one kind of line end, and drops one of them at the template's end.
        String lines = source.replaceAll("\r\n?", "\n");
        this.source = lines.endsWith("\n") ? lines.substring(0, lines.length() - 1) : lines;
    }

    /// @throws LineRefusal if the text is no template
    static List<Token> tokens(String source) {
        Lexer lexer = new Lexer(source);
        try {
            lexer.template();
        } catch (Refusal e) {
            throw new LineRefusal(lexer.line, e);
        }
        return lexer.tokens;
    }

    private static Pattern space(String pattern) {
        return Pattern.compile(pattern, Pattern.UNICODE_CHARACTER_CLASS);
    }

    private void template() {
        Matcher tag = TAG.matcher(source);
        while (tag.find(at)) {
            switch (source.charAt(tag.start() + 1)) {
                case '{' -> tag(tag.start(), "}}", Kind.VARIABLE_BEGIN, Kind.VARIABLE_END);
                case '#' -> comment(tag.start());
                default -> block(tag.start());
            }
        }
        data(source.length(), source.substring(at));
        add(Kind.END, "");
    }

    private void block(int start) {
        Matcher raw = RAW.matcher(source).region(start, source.length());
        if (!raw.lookingAt()) {
            tag(start, "%}", Kind.BLOCK_BEGIN, Kind.BLOCK_END);
            return;
        }
        before(start, true);
        move(raw.end());
        Matcher end = END_RAW.matcher(source);
        if (!end.find(at)) {
            throw new Refusal("{% raw %} has no {% endraw %}");
        }
        String text = source.substring(at, end.start());
        data(end.start(), stripped(text, end.group(1), true));
        move(end.end());
    }

    private void comment(int start) {
        before(start, true);
        boolean signed = source.startsWith("-", start + 2) || source.startsWith("+", start + 2);
        int text = start + (signed ? 3 : 2);
        int end = source.indexOf("#}", text);
        if (end < 0) {
            throw new Refusal("{# has no #}");
        }
        char sign = end > text ? source.charAt(end - 1) : ' ';
        move(end + 2);
        trim(sign, true);
    }

    /// What lies between the last tag and this one.
    private void before(int start, boolean block) {
        char sign = start + 2 < source.length() ? source.charAt(start + 2) : ' ';
        data(start, stripped(source.substring(at, start), sign == '-' || sign == '+' ? "" + sign : "", block));
    }

    private String stripped(String text, String sign, boolean block) {
        if (sign.equals("-")) {
            return PythonText.rstrip(text);
        }
        int lineStart = text.lastIndexOf('\n') + 1;
        boolean strips = block && sign.isEmpty() && (lineStart > 0 || lineStarts);
        return strips && PythonText.isBlank(text.substring(lineStart)) ? text.substring(0, lineStart) : text;
    }

    private void data(int end, String text) {
        if (!text.isEmpty()) {
            add(Kind.DATA, text);
        }
        move(end);
    }

    private void tag(int start, String close, Kind begin, Kind end) {
        boolean block = begin == Kind.BLOCK_BEGIN;
        before(start, block);
        add(begin, source.substring(start, start + 2));
        boolean signed = source.startsWith("-", start + 2) || source.startsWith("+", start + 2);
        move(start + (signed ? 3 : 2));
        while (!ends(close, end, block)) {
            piece();
        }
    }

    private boolean ends(String close, Kind end, boolean block) {
        skip(SPACE);
        if (at == source.length()) {
            throw new Refusal("a tag is not closed: " + close + " is missing");
        }
        char sign = source.charAt(at);
        boolean signed = sign == '-' || (sign == '+' && block);
        if (!open.isEmpty() || !source.startsWith(close, signed ? at + 1 : at)) {
            return false;
        }
        add(end, close);
        move(at + (signed ? 3 : 2));
        trim(signed ? sign : ' ', block);
        return true;
    }

    private void trim(char sign, boolean block) {
        int from = at;
        if (sign == '-') {
            skip(SPACE);
        } else if (sign != '+' && block && source.startsWith("\n", at)) {
            move(at + 1);
        }
        lineStarts = at > from && source.charAt(at - 1) == '\n';
    }

    private void piece() {
        char first = source.charAt(at);
        if (first == '\'' || first == '"') {
            string(first);
        } else if (!matched(FLOAT, Kind.FLOAT) && !matched(INTEGER, Kind.INTEGER) && !matched(NAME, Kind.NAME)) {
            operator();
        }
    }

    private void string(char quote) {
        int end = at + 1;
        while (end < source.length() && source.charAt(end) != quote) {
            end += source.charAt(end) == '\\' ? 2 : 1;
        }
        if (end >= source.length()) {
            throw new Refusal("a text is not closed: " + quote + " is missing");
        }
        add(Kind.STRING, Escapes.read(source.substring(at + 1, end)));
        move(end + 1);
    }

    private void operator() {
        if (!matched(OPERATOR, Kind.OPERATOR)) {
            throw new Refusal("unexpected character '" + Character.toString(source.codePointAt(at)) + "'");
        }
        String operator = tokens.getLast().text();
        switch (operator) {
            case "(" -> open.push(")");
            case "[" -> open.push("]");
            case "{" -> open.push("}");
            case ")", "]", "}" -> {
                if (open.isEmpty() || !open.pop().equals(operator)) {
                    throw new Refusal("unexpected '" + operator + "'");
                }
            }
            default -> {}
        }
    }

    private boolean matched(Pattern pattern, Kind kind) {
        Matcher matcher = pattern.matcher(source).region(at, source.length()).useTransparentBounds(true);
        if (!matcher.lookingAt()) {
            return false;
        }
        add(kind, matcher.group());
        move(matcher.end());
        return true;
    }

    private void skip(Pattern pattern) {
        Matcher matcher = pattern.matcher(source).region(at, source.length());
        if (matcher.lookingAt()) {
            move(matcher.end());
        }
    }

    private void add(Kind kind, String text) {
        tokens.add(new Token(kind, text, line));
    }

    private void move(int to) {
        for (int i = at; i < to; i++) {
            line += source.charAt(i) == '\n' ? 1 : 0;
        }
        at = to;
    }
}
