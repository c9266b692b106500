package io.lota4j.internal.jinja;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What has a value. Lines are the template's, from 1.
sealed interface Expression {
    int line();

    record Constant(Value value, int line) implements Expression {}

    record Name(String name, int line) implements Expression {}

    record Items(List<Expression> items, boolean tuple, int line) implements Expression {}

    record DictItems(List<Map.Entry<Expression, Expression>> pairs, int line) implements Expression {}

    record Negated(Expression value, int line) implements Expression {}

    /// @param sign `+` or `-`
    record Signed(String sign, Expression value, int line) implements Expression {}

    record Binary(String operator, Expression left, Expression right, int line) implements Expression {}

    /// `and` and `or`: the value of one of the operands.
    record Logical(boolean and, Expression left, Expression right, int line) implements Expression {}

    /// `a < b < c`: all of them hold.
    record Comparison(Expression first, List<Compared> rest, int line) implements Expression {}

    /// @param operator `==`, `!=`, `<`, `<=`, `>`, `>=`, `in` or `not in`
    record Compared(String operator, Expression right) {}

    record Concatenation(List<Expression> parts, int line) implements Expression {}

    /// @param otherwise null: undefined
    record Conditional(
            Expression test, Expression then, @Nullable Expression otherwise, int line) implements Expression {}

    record Attribute(Expression of, String name, int line) implements Expression {}

    record Item(Expression of, Expression key, int line) implements Expression {}

    record Slice(
            @Nullable Expression start,
            @Nullable Expression stop,
            @Nullable Expression step,
            int line) implements Expression {}

    record Call(Expression function, Passed passed, int line) implements Expression {}

    /// @param value null in `{% filter %}` and `{% set x | f %}`, whose body it is
    record Filter(@Nullable Expression value, String name, Passed passed, int line) implements Expression {}

    record Test(Expression value, String name, Passed passed, int line) implements Expression {}

    /// The arguments of a call, in `*` and `**` as well.
    record Passed(
            List<Expression> positional,
            Map<String, Expression> named,
            @Nullable Expression list,
            @Nullable Expression dict) {
        static final Passed NOTHING = new Passed(List.of(), Map.of(), null, null);
    }
}
