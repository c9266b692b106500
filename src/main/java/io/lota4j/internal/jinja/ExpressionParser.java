package io.lota4j.internal.jinja;

import io.lota4j.internal.jinja.Expression.Attribute;
import io.lota4j.internal.jinja.Expression.Binary;
import io.lota4j.internal.jinja.Expression.Call;
import io.lota4j.internal.jinja.Expression.Compared;
import io.lota4j.internal.jinja.Expression.Comparison;
import io.lota4j.internal.jinja.Expression.Concatenation;
import io.lota4j.internal.jinja.Expression.Conditional;
import io.lota4j.internal.jinja.Expression.Constant;
import io.lota4j.internal.jinja.Expression.DictItems;
import io.lota4j.internal.jinja.Expression.Filter;
import io.lota4j.internal.jinja.Expression.Item;
import io.lota4j.internal.jinja.Expression.Items;
import io.lota4j.internal.jinja.Expression.Logical;
import io.lota4j.internal.jinja.Expression.Name;
import io.lota4j.internal.jinja.Expression.Negated;
import io.lota4j.internal.jinja.Expression.Passed;
import io.lota4j.internal.jinja.Expression.Signed;
import io.lota4j.internal.jinja.Expression.Slice;
import io.lota4j.internal.jinja.Expression.Test;
import io.lota4j.internal.jinja.Token.Kind;
import io.lota4j.internal.jinja.Value.Bool;
import io.lota4j.internal.jinja.Value.Int;
import io.lota4j.internal.jinja.Value.None;
import io.lota4j.internal.jinja.Value.Real;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Reads expressions. From the loosest to the tightest: `x if y else z`, `or`, `and`, `not`, comparisons, `+ -`, `~`,
/// `* / // %`, `**`, signs, then what follows a value: `.name [key] (arguments) | filter is test`.
final class ExpressionParser {
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
    private static final Set<Kind> STARTS_ARGUMENT = Set.of(Kind.NAME, Kind.STRING, Kind.INTEGER, Kind.FLOAT);

    private final Tokens tokens;
    private final Mentions mentions;
    private int depth;

    ExpressionParser(Tokens tokens, Mentions mentions) {
        this.tokens = tokens;
        this.mentions = mentions;
    }

    Expression expression() {
        return deeper(this::conditional);
    }

    /// One expression, or several with commas between them, which are a tuple.
    ///
    /// @param conditional whether `x if y` may stand there without parentheses: not behind `for .. in`
    Expression tuple(boolean conditional) {
        return tuple(conditional, false);
    }

    private Expression tuple(boolean conditional, boolean inParentheses) {
        int line = tokens.line();
        List<Expression> items = new ArrayList<>();
        boolean several = false;
        while (!tupleEnds()) {
            items.add(deeper(conditional ? this::conditional : this::or));
            if (!tokens.skipOperator(",")) {
                break;
            }
            several = true;
        }
        if (!several && items.size() == 1) {
            return items.getFirst();
        }
        if (items.isEmpty() && !inParentheses) {
            throw tokens.fail(
                    "expected an expression, found " + tokens.current().shown());
        }
        return new Items(items, true, line);
    }

    private boolean tupleEnds() {
        Token token = tokens.current();
        return token.kind() == Kind.VARIABLE_END
                || token.kind() == Kind.BLOCK_END
                || token.isOperator(")")
                || token.isName("recursive");
    }

    private Expression conditional() {
        Expression value = or();
        while (tokens.current().isName("if")) {
            int line = tokens.next().line();
            Expression test = or();
            @Nullable Expression otherwise = tokens.skipName("else") ? deeper(this::conditional) : null;
            value = new Conditional(test, value, otherwise, line);
        }
        return value;
    }

    private Expression or() {
        Expression left = and();
        while (tokens.current().isName("or")) {
            int line = tokens.next().line();
            left = new Logical(false, left, and(), line);
        }
        return left;
    }

    private Expression and() {
        Expression left = not();
        while (tokens.current().isName("and")) {
            int line = tokens.next().line();
            left = new Logical(true, left, not(), line);
        }
        return left;
    }

    private Expression not() {
        if (tokens.current().isName("not")) {
            int line = tokens.next().line();
            return new Negated(deeper(this::not), line);
        }
        return comparison();
    }

    private Expression comparison() {
        int line = tokens.line();
        Expression first = sum();
        List<Compared> rest = new ArrayList<>();
        for (String operator = comparing(); operator != null; operator = comparing()) {
            rest.add(new Compared(operator, sum()));
        }
        return rest.isEmpty() ? first : new Comparison(first, rest, line);
    }

    private @Nullable String comparing() {
        Token token = tokens.current();
        if (token.kind() == Kind.OPERATOR && COMPARISONS.contains(token.text())) {
            return tokens.next().text();
        }
        if (tokens.skipName("in")) {
            return "in";
        }
        if (token.isName("not") && tokens.following().isName("in")) {
            tokens.next();
            tokens.next();
            return "not in";
        }
        return null;
    }

    private Expression sum() {
        return binary(Set.of("+", "-"), this::concatenation);
    }

    private Expression concatenation() {
        int line = tokens.line();
        List<Expression> parts = new ArrayList<>(List.of(product()));
        while (tokens.skipOperator("~")) {
            parts.add(product());
        }
        return parts.size() == 1 ? parts.getFirst() : new Concatenation(parts, line);
    }

    private Expression product() {
        return binary(Set.of("*", "/", "//", "%"), this::power);
    }

    private Expression power() {
        return binary(Set.of("**"), () -> signed(true));
    }

    private Expression binary(Set<String> operators, Supplier<Expression> operand) {
        Expression left = operand.get();
        while (tokens.current().kind() == Kind.OPERATOR
                && operators.contains(tokens.current().text())) {
            Token operator = tokens.next();
            left = new Binary(operator.text(), left, operand.get(), operator.line());
        }
        return left;
    }

    /// A sign binds tighter than a filter: `-3 | abs` is 3.
    private Expression signed(boolean filters) {
        Token token = tokens.current();
        Expression value;
        if (token.isOperator("-") || token.isOperator("+")) {
            tokens.next();
            value = new Signed(token.text(), deeper(() -> signed(false)), token.line());
        } else {
            value = primary();
        }
        value = postfix(value);
        return filters ? filtered(value) : value;
    }

    Expression primary() {
        Token token = tokens.current();
        return switch (token.kind()) {
            case NAME -> name(tokens.next());
            case STRING -> string();
            case INTEGER -> new Constant(new Int(integer(tokens.next().text())), token.line());
            case FLOAT -> new Constant(real(tokens.next().text()), token.line());
            case OPERATOR -> bracketed(token);
            default -> throw unexpected(token);
        };
    }

    private Expression name(Token token) {
        return switch (token.text()) {
            case "true", "True" -> new Constant(Bool.TRUE, token.line());
            case "false", "False" -> new Constant(Bool.FALSE, token.line());
            case "none", "None" -> new Constant(None.NONE, token.line());
            default -> {
                mentions.read(token.text());
                yield new Name(token.text(), token.line());
            }
        };
    }

    /// Texts that follow each other are one.
    private Expression string() {
        int line = tokens.line();
        StringBuilder text = new StringBuilder();
        while (tokens.current().kind() == Kind.STRING) {
            text.append(tokens.next().text());
        }
        mentions.text(text.toString());
        return new Constant(MarkedText.plain(text.toString()), line);
    }

    private static BigInteger integer(String written) {
        String digits = written.replace("_", "").toLowerCase(Locale.ROOT);
        return switch (digits.length() > 2 ? digits.charAt(1) : ' ') {
            case 'x' -> new BigInteger(digits.substring(2), 16);
            case 'o' -> new BigInteger(digits.substring(2), 8);
            case 'b' -> new BigInteger(digits.substring(2), 2);
            default -> new BigInteger(digits);
        };
    }

    private static Value real(String written) {
        return new Real(Double.parseDouble(written.replace("_", "")));
    }

    private Expression bracketed(Token token) {
        return switch (token.text()) {
            case "(" -> {
                tokens.next();
                Expression inner = tuple(true, true);
                tokens.expectOperator(")");
                yield inner;
            }
            case "[" -> {
                tokens.next();
                yield new Items(expressions("]"), false, token.line());
            }
            case "{" -> {
                tokens.next();
                yield dict(token.line());
            }
            default -> throw unexpected(token);
        };
    }

    private static LineRefusal unexpected(Token token) {
        return Tokens.fail(token.line(), "expected a value, found " + token.shown());
    }

    private List<Expression> expressions(String close) {
        List<Expression> items = new ArrayList<>();
        while (!tokens.skipOperator(close)) {
            items.add(expression());
            if (!tokens.current().isOperator(close)) {
                tokens.expectOperator(",");
            }
        }
        return items;
    }

    private Expression dict(int line) {
        List<Map.Entry<Expression, Expression>> pairs = new ArrayList<>();
        while (!tokens.skipOperator("}")) {
            Expression key = expression();
            tokens.expectOperator(":");
            pairs.add(Map.entry(key, expression()));
            if (!tokens.current().isOperator("}")) {
                tokens.expectOperator(",");
            }
        }
        return new DictItems(pairs, line);
    }

    private Expression postfix(Expression value) {
        Expression result = value;
        while (true) {
            Token token = tokens.current();
            if (token.isOperator(".")) {
                tokens.next();
                result = member(result, token.line());
            } else if (token.isOperator("[")) {
                tokens.next();
                result = subscript(result, token.line());
            } else if (token.isOperator("(")) {
                result = call(result);
            } else {
                return result;
            }
        }
    }

    private Expression member(Expression of, int line) {
        Token name = tokens.next();
        if (name.kind() == Kind.INTEGER) {
            return new Item(of, new Constant(new Int(integer(name.text())), line), line);
        }
        if (name.kind() != Kind.NAME) {
            throw Tokens.fail(name.line(), "expected a name behind the dot, found " + name.shown());
        }
        mentions.member(name.text());
        return new Attribute(of, name.text(), line);
    }

    private Expression subscript(Expression of, int line) {
        List<Expression> keys = new ArrayList<>();
        while (!tokens.skipOperator("]")) {
            keys.add(key());
            if (!tokens.current().isOperator("]")) {
                tokens.expectOperator(",");
            }
        }
        if (keys.size() == 1 && keys.getFirst() instanceof Constant constant) {
            mentions.key(constant.value());
        }
        return new Item(of, keys.size() == 1 ? keys.getFirst() : new Items(keys, true, line), line);
    }

    private Expression key() {
        int line = tokens.line();
        @Nullable Expression start = tokens.current().isOperator(":") ? null : expression();
        if (!tokens.skipOperator(":")) {
            return start == null ? expression() : start;
        }
        @Nullable Expression stop = bound();
        @Nullable Expression step = tokens.skipOperator(":") ? bound() : null;
        return new Slice(start, stop, step, line);
    }

    private @Nullable Expression bound() {
        Token token = tokens.current();
        return token.isOperator(":") || token.isOperator("]") || token.isOperator(",") ? null : expression();
    }

    private Expression call(Expression function) {
        int line = tokens.line();
        if (function instanceof Attribute method) {
            mentions.method(method.name(), method.line());
        } else if (function instanceof Name name) {
            mentions.call(name.name(), name.line());
        }
        Passed passed = passed();
        if (function instanceof Attribute method && method.name().equals("get")) {
            mentions.read(passed.positional());
        }
        return new Call(function, passed, line);
    }

    Passed passed() {
        int line = tokens.line();
        tokens.expectOperator("(");
        List<Expression> positional = new ArrayList<>();
        Map<String, Expression> named = new LinkedHashMap<>();
        @Nullable Expression list = null;
        @Nullable Expression dict = null;
        while (!tokens.skipOperator(")")) {
            if (tokens.skipOperator("*")) {
                ordered(list == null && dict == null, line);
                list = expression();
            } else if (tokens.skipOperator("**")) {
                ordered(dict == null, line);
                dict = expression();
            } else if (tokens.current().kind() == Kind.NAME
                    && tokens.following().isOperator("=")) {
                ordered(dict == null, line);
                String name = tokens.next().text();
                tokens.next();
                mentions.keyword(name);
                ordered(named.put(name, expression()) == null, line);
            } else {
                ordered(list == null && dict == null && named.isEmpty(), line);
                positional.add(expression());
            }
            if (!tokens.current().isOperator(")")) {
                tokens.expectOperator(",");
            }
        }
        return new Passed(positional, named, list, dict);
    }

    private static void ordered(boolean right, int line) {
        if (!right) {
            throw Tokens.fail(line, "arguments are out of order or given twice");
        }
    }

    private Expression filtered(Expression value) {
        Expression result = value;
        while (true) {
            if (tokens.skipOperator("|")) {
                result = filter(result);
            } else if (tokens.current().isName("is")) {
                result = test(result, tokens.next().line());
            } else if (tokens.current().isOperator("(")) {
                result = call(result);
            } else {
                return result;
            }
        }
    }

    /// A filter, behind its bar.
    Filter filter(@Nullable Expression value) {
        Token name = tokens.expect(Kind.NAME);
        Passed passed = tokens.current().isOperator("(") ? passed() : Passed.NOTHING;
        mentions.filter(name.text(), passed, name.line());
        return new Filter(value, name.text(), passed, name.line());
    }

    private Expression test(Expression value, int line) {
        boolean negated = tokens.skipName("not");
        Token name = tokens.expect(Kind.NAME);
        mentions.test(name.text(), value, name.line());
        Passed passed = testArguments();
        Expression test = new Test(value, name.text(), passed, line);
        return negated ? new Negated(test, line) : test;
    }

    private Passed testArguments() {
        Token token = tokens.current();
        if (token.isOperator("(")) {
            return passed();
        }
        boolean starts = STARTS_ARGUMENT.contains(token.kind()) || token.isOperator("[") || token.isOperator("{");
        if (!starts || token.isName("else") || token.isName("or") || token.isName("and")) {
            return Passed.NOTHING;
        }
        if (token.isName("is")) {
            throw tokens.fail("tests cannot follow one another");
        }
        return new Passed(List.of(postfix(primary())), Map.of(), null, null);
    }

    private Expression deeper(Supplier<Expression> parser) {
        if (++depth > Limits.NESTING) {
            throw tokens.fail("more than " + Limits.NESTING + " expressions within each other");
        }
        Expression expression = parser.get();
        depth--;
        return expression;
    }
}
