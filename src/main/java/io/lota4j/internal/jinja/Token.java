package io.lota4j.internal.jinja;

/// A piece of a template.
///
/// @param text of data and strings what they stand for, of the others what is written
/// @param line from 1
record Token(Kind kind, String text, int line) {
    enum Kind {
        DATA,
        VARIABLE_BEGIN,
        VARIABLE_END,
        BLOCK_BEGIN,
        BLOCK_END,
        NAME,
        STRING,
        INTEGER,
        FLOAT,
        OPERATOR,
        END
    }

    boolean isOperator(String operator) {
        return kind == Kind.OPERATOR && text.equals(operator);
    }

    boolean isName(String name) {
        return kind == Kind.NAME && text.equals(name);
    }

    /// As messages show it.
    String shown() {
        return switch (kind) {
            case END -> "the template's end";
            case DATA -> "text";
            case STRING -> "'" + text + "'";
            default -> text;
        };
    }
}
