package io.lota4j.internal.jinja;

import io.lota4j.internal.jinja.Token.Kind;
import java.util.List;

/// The tokens of a template, and how far they are read.
final class Tokens {
    private final List<Token> tokens;
    private int at;

    Tokens(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token current() {
        return tokens.get(at);
    }

    Token following() {
        return tokens.get(Math.min(at + 1, tokens.size() - 1));
    }

    int line() {
        return current().line();
    }

    Token next() {
        Token token = current();
        if (token.kind() != Kind.END) {
            at++;
        }
        return token;
    }

    boolean skipOperator(String operator) {
        boolean there = current().isOperator(operator);
        at += there ? 1 : 0;
        return there;
    }

    boolean skipName(String name) {
        boolean there = current().isName(name);
        at += there ? 1 : 0;
        return there;
    }

    Token expect(Kind kind) {
        if (current().kind() != kind) {
            throw fail("expected " + shown(kind) + ", found " + current().shown());
        }
        return next();
    }

    void expectOperator(String operator) {
        if (!skipOperator(operator)) {
            throw fail("expected '" + operator + "', found " + current().shown());
        }
    }

    void expectName(String name) {
        if (!skipName(name)) {
            throw fail("expected '" + name + "', found " + current().shown());
        }
    }

    LineRefusal fail(String reason) {
        return fail(line(), reason);
    }

    static LineRefusal fail(int line, String reason) {
        return new LineRefusal(line, new Refusal(reason));
    }

    private static String shown(Kind kind) {
        return switch (kind) {
            case NAME -> "a name";
            case BLOCK_END -> "%}";
            case VARIABLE_END -> "}}";
            default -> kind.name();
        };
    }
}
