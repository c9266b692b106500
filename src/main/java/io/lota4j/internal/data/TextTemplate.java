package io.lota4j.internal.data;

import io.lota4j.LotaException;
import io.lota4j.internal.data.file.Columns;
import io.lota4j.internal.data.file.Row;
import io.lota4j.internal.jinja.Marked;
import io.lota4j.internal.jinja.Span;
import java.util.ArrayList;
import java.util.List;

/// A text with the columns of a row in it: `{question}\n\nSchema: {context}`.
///
/// `{name}` is a column, `{{` and `}}` are braces. A backslash and an n are a newline, a real newline is
/// one too, and two backslashes are one; every other backslash stays.
record TextTemplate(String source, List<Part> parts) {
    sealed interface Part {
        record Text(String text) implements Part {}

        record Column(String name) implements Part {}
    }

    static TextTemplate parse(String source) {
        return new TextTemplate(source, new Parser(source).parse());
    }

    Marked fill(Row row) {
        StringBuilder text = new StringBuilder();
        List<Span> data = new ArrayList<>();
        for (Part part : parts) {
            switch (part) {
                case Part.Text literal -> text.append(literal.text());
                case Part.Column column -> {
                    int start = text.length();
                    text.append(Columns.text(row, column.name(), "The template '" + source + "'"));
                    if (text.length() > start) {
                        data.add(new Span(start, text.length()));
                    }
                }
            }
        }
        return new Marked(text.toString(), data);
    }

    private static final class Parser {
        private final String source;
        private final List<Part> parts = new ArrayList<>();
        private final StringBuilder literal = new StringBuilder();
        private int at;

        Parser(String source) {
            this.source = source;
        }

        List<Part> parse() {
            while (at < source.length()) {
                switch (source.charAt(at)) {
                    case '{' -> openingBrace();
                    case '}' -> closingBrace();
                    case '\\' -> backslash();
                    default -> literal.append(source.charAt(at++));
                }
            }
            endLiteral();
            return List.copyOf(parts);
        }

        private void openingBrace() {
            if (source.startsWith("{{", at)) {
                literal.append('{');
                at += 2;
                return;
            }
            int close = source.indexOf('}', at);
            String name = close < 0 ? "" : source.substring(at + 1, close).strip();
            if (close < 0 || name.isEmpty() || name.contains("{")) {
                throw malformed(
                        "'{' at character " + (at + 1) + " opens no column name; a literal brace is written {{");
            }
            endLiteral();
            parts.add(new Part.Column(name));
            at = close + 1;
        }

        private void closingBrace() {
            if (!source.startsWith("}}", at)) {
                throw malformed("'}' at character " + (at + 1) + " closes nothing; a literal brace is written }}");
            }
            literal.append('}');
            at += 2;
        }

        private void backslash() {
            boolean newline = source.startsWith("\\n", at);
            literal.append(newline ? '\n' : '\\');
            at += newline || source.startsWith("\\\\", at) ? 2 : 1;
        }

        private void endLiteral() {
            if (!literal.isEmpty()) {
                parts.add(new Part.Text(literal.toString()));
                literal.setLength(0);
            }
        }

        private LotaException malformed(String what) {
            return new LotaException("The template '" + source + "' is malformed: " + what + ".");
        }
    }
}
