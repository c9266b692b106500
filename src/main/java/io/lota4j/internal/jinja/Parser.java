package io.lota4j.internal.jinja;

import io.lota4j.internal.jinja.Expression.Call;
import io.lota4j.internal.jinja.Expression.Filter;
import io.lota4j.internal.jinja.Node.Macro;
import io.lota4j.internal.jinja.Node.Target;
import io.lota4j.internal.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads a template's statements.
final class Parser {
    private static final Set<String> LACKING =
            Set.of("extends", "block", "include", "import", "from", "autoescape", "do", "trans", "debug");

    private final Tokens tokens;
    private final Mentions mentions = new Mentions();
    private final ExpressionParser expressions;
    private int depth;
    private int loops;

    private Parser(String source) {
        tokens = new Tokens(Lexer.tokens(source));
        expressions = new ExpressionParser(tokens, mentions);
    }

    /// @param mentions the names that the template uses
    record Parsed(List<Node> nodes, Mentions mentions) {}

    /// @throws LineRefusal if the text is no template or needs what this engine lacks
    static Parsed parse(String source) {
        Parser parser = new Parser(source);
        List<Node> nodes = parser.nodes(Set.of());
        parser.mentions.check();
        return new Parsed(nodes, parser.mentions);
    }

    /// Up to one of these tags, whose `{%` is then read, or the template's end where there are none.
    private List<Node> nodes(Set<String> ends) {
        int start = tokens.line();
        if (++depth > Limits.NESTING) {
            throw tokens.fail("more than " + Limits.NESTING + " blocks within each other");
        }
        List<Node> nodes = new ArrayList<>();
        while (tokens.current().kind() != Kind.END) {
            Token token = tokens.next();
            switch (token.kind()) {
                case DATA -> nodes.add(new Node.Literal(MarkedText.plain(token.text())));
                case VARIABLE_BEGIN -> {
                    nodes.add(new Node.Output(expressions.tuple(true)));
                    tokens.expect(Kind.VARIABLE_END);
                }
                default -> {
                    if (ends.contains(tokens.current().text())) {
                        depth--;
                        return nodes;
                    }
                    nodes.addAll(statement());
                    tokens.expect(Kind.BLOCK_END);
                }
            }
        }
        if (!ends.isEmpty()) {
            throw Tokens.fail(
                    start,
                    "a block is not closed: "
                            + String.join(" or ", ends.stream().sorted().toList()) + " is missing");
        }
        return nodes;
    }

    /// A block's body, behind its `%}`, up to its end's name, which is read.
    private List<Node> body(String end) {
        return body(Set.of(end)).nodes();
    }

    private record Body(List<Node> nodes, String end) {}

    private Body body(Set<String> ends) {
        tokens.skipOperator(":");
        tokens.expect(Kind.BLOCK_END);
        List<Node> nodes = nodes(ends);
        return new Body(nodes, tokens.next().text());
    }

    private List<Node> statement() {
        Token tag = tokens.expect(Kind.NAME);
        return switch (tag.text()) {
            case "if" -> List.of(condition());
            case "for" -> List.of(loop(tag.line()));
            case "break" -> List.of(inLoop(tag, new Node.Break()));
            case "continue" -> List.of(inLoop(tag, new Node.Continue()));
            case "set" -> List.of(set(tag.line()));
            case "macro" -> List.of(macro());
            case "call" -> List.of(callBlock(tag.line()));
            case "filter" -> List.of(new Node.FilterBlock(filters(true), body("endfilter")));
            case "with" -> List.of(with(tag.line()));
            case "generation" -> List.of(generation());
            case "print" -> printed();
            default -> throw unknown(tag);
        };
    }

    private static LineRefusal unknown(Token tag) {
        String kind = LACKING.contains(tag.text()) ? " is not supported" : " is no tag that can stand here";
        return Tokens.fail(tag.line(), "{% " + tag.text() + " %}" + kind);
    }

    private Node condition() {
        Expression test = expressions.tuple(false);
        Body then = body(Set.of("elif", "else", "endif"));
        List<Node> otherwise = switch (then.end()) {
            case "elif" -> List.of(condition());
            case "else" -> body("endif");
            default -> List.of();
        };
        return new Node.If(test, then.nodes(), otherwise);
    }

    private Node loop(int line) {
        Target target = targets(false, "in");
        tokens.expectName("in");
        Expression items = expressions.tuple(false);
        @Nullable Expression test = tokens.skipName("if") ? expressions.expression() : null;
        boolean recursive = tokens.skipName("recursive");
        loops++;
        Body body = body(Set.of("endfor", "else"));
        loops--;
        List<Node> otherwise = body.end().equals("else") ? body("endfor") : List.of();
        return new Node.For(target, items, test, recursive, body.nodes(), otherwise, line);
    }

    private Node inLoop(Token tag, Node node) {
        if (loops == 0) {
            throw Tokens.fail(tag.line(), "{% " + tag.text() + " %}" + " stands outside of a loop");
        }
        return node;
    }

    private Node set(int line) {
        Target target = targets(true, "=");
        if (tokens.skipOperator("=")) {
            return new Node.Assign(target, expressions.tuple(true), line);
        }
        List<Filter> filters = filters(false);
        return new Node.AssignBlock(target, filters, body("endset"), line);
    }

    /// One target, or several with commas between them.
    private Target targets(boolean members, String end) {
        List<Target> targets = new ArrayList<>();
        boolean several = false;
        do {
            Token token = tokens.current();
            if (several && (token.kind() == Kind.BLOCK_END || token.text().equals(end))) {
                break;
            }
            targets.add(target(members));
            several |= tokens.current().isOperator(",");
        } while (tokens.skipOperator(","));
        return several ? new Target.Several(targets) : targets.getFirst();
    }

    private Target target(boolean members) {
        if (tokens.skipOperator("(")) {
            Target inner = targets(members, ")");
            tokens.expectOperator(")");
            return inner;
        }
        Token name = tokens.expect(Kind.NAME);
        if (Set.of("true", "True", "false", "False", "none", "None").contains(name.text())) {
            throw Tokens.fail(name.line(), "nothing can be assigned to " + name.text());
        }
        if (members && tokens.skipOperator(".")) {
            String member = tokens.expect(Kind.NAME).text();
            mentions.read(name.text());
            mentions.assign(member);
            return new Target.Member(name.text(), member);
        }
        mentions.assign(name.text());
        return new Target.Variable(name.text());
    }

    private List<Filter> filters(boolean first) {
        List<Filter> filters = new ArrayList<>();
        if (first) {
            filters.add(expressions.filter(null));
        }
        while (tokens.skipOperator("|")) {
            filters.add(expressions.filter(null));
        }
        return filters;
    }

    private Node macro() {
        Token name = tokens.expect(Kind.NAME);
        mentions.assign(name.text());
        return new Node.DefineMacro(macro(name.text(), name.line(), "endmacro", true));
    }

    private Macro macro(String name, int line, String end, boolean signature) {
        Set<String> outer = mentions.enterMacro();
        int outerLoops = loops;
        loops = 0;
        List<String> parameters = new ArrayList<>();
        List<Expression> defaults = new ArrayList<>();
        if (signature) {
            signature(parameters, defaults);
        }
        List<Node> body = end.isEmpty() ? List.of() : body(end);
        loops = outerLoops;
        return new Macro(name, parameters, defaults, body, mentions.leaveMacro(outer), line);
    }

    private void signature(List<String> parameters, List<Expression> defaults) {
        tokens.expectOperator("(");
        while (!tokens.skipOperator(")")) {
            Token parameter = tokens.expect(Kind.NAME);
            parameters.add(parameter.text());
            mentions.assign(parameter.text());
            if (tokens.skipOperator("=")) {
                defaults.add(expressions.expression());
            } else if (!defaults.isEmpty()) {
                throw Tokens.fail(parameter.line(), "a parameter without a default follows one that has one");
            }
            if (!tokens.current().isOperator(")")) {
                tokens.expectOperator(",");
            }
        }
    }

    private Node callBlock(int line) {
        Macro signature = macro("caller", line, "", tokens.current().isOperator("("));
        if (!(expressions.expression() instanceof Call call)) {
            throw Tokens.fail(line, "{% call %} needs the call of a macro");
        }
        Macro body = macro("caller", line, "endcall", false);
        return new Node.CallBlock(
                new Macro("caller", signature.parameters(), signature.defaults(), body.body(), body.mentioned(), line),
                call);
    }

    private Node with(int line) {
        List<Map.Entry<Target, Expression>> values = new ArrayList<>();
        while (tokens.current().kind() != Kind.BLOCK_END) {
            Target target = target(false);
            tokens.expectOperator("=");
            values.add(Map.entry(target, expressions.expression()));
            if (tokens.current().kind() != Kind.BLOCK_END) {
                tokens.expectOperator(",");
            }
        }
        return new Node.With(values, body("endwith"), line);
    }

    private Node generation() {
        int outerLoops = loops;
        loops = 0;
        List<Node> body = body("endgeneration");
        loops = outerLoops;
        return new Node.Generation(body);
    }

    private List<Node> printed() {
        List<Node> nodes = new ArrayList<>();
        while (tokens.current().kind() != Kind.BLOCK_END) {
            nodes.add(new Node.Output(expressions.expression()));
            if (tokens.current().kind() != Kind.BLOCK_END) {
                tokens.expectOperator(",");
            }
        }
        return nodes;
    }
}
