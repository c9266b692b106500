package io.lota4j.internal.jinja;

import io.lota4j.internal.jinja.Expression.Call;
import io.lota4j.internal.jinja.Expression.Filter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a template does. Lines are the template's, from 1.
sealed interface Node {
    record Literal(MarkedText text) implements Node {}

    record Output(Expression value) implements Node {}

    record If(Expression test, List<Node> then, List<Node> otherwise) implements Node {}

    record For(
            Target target,
            Expression items,
            @Nullable Expression test,
            boolean recursive,
            List<Node> body,
            List<Node> otherwise,
            int line)
            implements Node {}

    record Break() implements Node {}

    record Continue() implements Node {}

    record Assign(Target target, Expression value, int line) implements Node {}

    /// @param filters applied to the body's text, the first one innermost
    record AssignBlock(Target target, List<Filter> filters, List<Node> body, int line) implements Node {}

    record FilterBlock(List<Filter> filters, List<Node> body) implements Node {}

    record With(List<Map.Entry<Target, Expression>> values, List<Node> body, int line) implements Node {}

    record DefineMacro(Macro macro) implements Node {}

    record CallBlock(Macro caller, Call call) implements Node {}

    record Generation(List<Node> body) implements Node {}

    /// @param defaults for the last of the parameters
    /// @param mentioned the names that the body uses: `varargs`, `kwargs` and `caller` among them allow those
    record Macro(
            String name,
            List<String> parameters,
            List<Expression> defaults,
            List<Node> body,
            Set<String> mentioned,
            int line) {}

    /// Where a value goes.
    sealed interface Target {
        record Variable(String name) implements Target {}

        record Several(List<Target> targets) implements Target {}

        record Member(String namespace, String name) implements Target {}
    }
}
