package io.lota4j.internal.jinja;

import io.lota4j.internal.jinja.Expression.Call;
import io.lota4j.internal.jinja.Expression.Compared;
import io.lota4j.internal.jinja.Expression.Comparison;
import io.lota4j.internal.jinja.Expression.Filter;
import io.lota4j.internal.jinja.Expression.Passed;
import io.lota4j.internal.jinja.Expression.Slice;
import io.lota4j.internal.jinja.Node.Macro;
import io.lota4j.internal.jinja.Node.Target;
import io.lota4j.internal.jinja.Value.Bool;
import io.lota4j.internal.jinja.Value.Function;
import io.lota4j.internal.jinja.Value.Listed;
import io.lota4j.internal.jinja.Value.LoopState;
import io.lota4j.internal.jinja.Value.Namespace;
import io.lota4j.internal.jinja.Value.Tuple;
import io.lota4j.internal.jinja.Value.Undefined;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One rendering of a template.
final class Interpreter {
    private long steps;
    private int depth;

    /// How a list of nodes ended.
    private enum Ending {
        END,
        BREAK,
        CONTINUE
    }

    /// @throws LineRefusal if something cannot be done
    MarkedText render(List<Node> nodes, Scope scope) {
        MarkedText.Builder out = new MarkedText.Builder();
        run(nodes, scope, out);
        return out.build();
    }

    private Ending run(List<Node> nodes, Scope scope, MarkedText.Builder out) {
        for (Node node : nodes) {
            Ending ending = run(node, scope, out);
            if (ending != Ending.END) {
                return ending;
            }
        }
        return Ending.END;
    }

    private Ending run(Node node, Scope scope, MarkedText.Builder out) {
        switch (node) {
            case Node.Literal literal -> out.add(literal.text());
            case Node.Output output -> print(output.value(), scope, out);
            case Node.If condition -> {
                boolean holds = Operators.truth(value(condition.test(), scope));
                return run(holds ? condition.then() : condition.otherwise(), scope, out);
            }
            case Node.For loop -> out.add(loop(loop, value(loop.items(), scope), scope, 0));
            case Node.Break end -> {
                return Ending.BREAK;
            }
            case Node.Continue end -> {
                return Ending.CONTINUE;
            }
            case Node.Assign assign -> assign(assign.target(), value(assign.value(), scope), scope, assign.line());
            case Node.AssignBlock block -> {
                MarkedText.Builder body = new MarkedText.Builder();
                Ending ending = run(block.body(), scope.inner(), body);
                if (ending != Ending.END) {
                    return ending;
                }
                assign(block.target(), filtered(block.filters(), body.build(), scope), scope, block.line());
            }
            case Node.FilterBlock block -> {
                MarkedText.Builder body = new MarkedText.Builder();
                Ending ending = run(block.body(), scope.inner(), body);
                if (ending != Ending.END) {
                    return ending;
                }
                out.add(PythonText.str(filtered(block.filters(), body.build(), scope)));
            }
            case Node.With with -> {
                Scope inner = scope.inner();
                with.values()
                        .forEach(entry -> assign(entry.getKey(), value(entry.getValue(), scope), inner, with.line()));
                return run(with.body(), inner, out);
            }
            case Node.DefineMacro define -> scope.set(define.macro().name(), macro(define.macro(), scope));
            case Node.CallBlock block -> {
                Function caller = macro(block.caller(), scope);
                out.add(PythonText.str(at(block.call().line(), () -> call(block.call(), caller, scope))));
            }
            case Node.Generation generation -> {
                MarkedText.Builder body = new MarkedText.Builder();
                run(generation.body(), scope.inner(), body);
                out.add(body.build().with(MarkedText.GENERATION));
            }
        }
        return Ending.END;
    }

    private void print(Expression expression, Scope scope, MarkedText.Builder out) {
        Value value = value(expression, scope);
        out.add(value instanceof MarkedText text ? text : at(expression.line(), () -> PythonText.str(value)));
    }

    private MarkedText loop(Node.For node, Value items, Scope scope, int level) {
        return at(node.line(), () -> {
            deeper();
            Loop loop = new Loop(
                    chosen(node, items, scope),
                    level,
                    node.recursive() ? (inner, innerLevel) -> loop(node, inner, scope, innerLevel) : null);
            MarkedText.Builder out = new MarkedText.Builder();
            if (!loop.hasNext()) {
                run(node.otherwise(), scope.inner(), out);
            }
            Ending ending = Ending.END;
            while (loop.hasNext() && ending != Ending.BREAK) {
                Scope inner = scope.inner();
                inner.set("loop", loop.state());
                assign(node.target(), loop.next(), inner, node.line());
                ending = run(node.body(), inner, out);
            }
            depth--;
            return out.build();
        });
    }

    /// The items that the loop's `if` lets through.
    private List<Value> chosen(Node.For node, Value items, Scope scope) {
        List<Value> chosen = new ArrayList<>();
        for (Value item : Operators.list(items)) {
            step(1);
            if (node.test() != null) {
                Scope inner = scope.inner();
                assign(node.target(), item, inner, node.line());
                if (!Operators.truth(value(node.test(), inner))) {
                    continue;
                }
            }
            chosen.add(item);
        }
        return chosen;
    }

    private void assign(Target target, Value value, Scope scope, int line) {
        switch (target) {
            case Target.Variable variable -> scope.set(variable.name(), value);
            case Target.Several several -> {
                List<Value> values = at(line, () -> Operators.list(Operators.defined(value)));
                if (values.size() != several.targets().size()) {
                    throw new LineRefusal(
                            line,
                            new Refusal("expected " + several.targets().size() + " values to unpack, found "
                                    + values.size()));
                }
                for (int i = 0; i < values.size(); i++) {
                    assign(several.targets().get(i), values.get(i), scope, line);
                }
            }
            case Target.Member member -> {
                if (!(scope.get(member.namespace()) instanceof Namespace namespace)) {
                    throw new LineRefusal(line, new Refusal("'" + member.namespace() + "' is no namespace"));
                }
                namespace.values().put(member.name(), value);
            }
        }
    }

    private Value filtered(List<Filter> filters, MarkedText body, Scope scope) {
        Value value = body;
        for (Filter filter : filters) {
            value = filter(filter, value, scope);
        }
        return value;
    }

    private Function macro(Macro macro, Scope scope) {
        return new Function(macro.name(), arguments -> {
            deeper();
            Scope inner = scope.inner();
            bind(macro, arguments, inner);
            MarkedText.Builder out = new MarkedText.Builder();
            run(macro.body(), inner, out);
            depth--;
            return out.build();
        });
    }

    private void bind(Macro macro, Arguments arguments, Scope scope) {
        List<String> parameters = macro.parameters();
        List<Value> positional = arguments.positional();
        Map<String, Value> named = new LinkedHashMap<>(arguments.named());
        int defaultsFrom = parameters.size() - macro.defaults().size();
        for (int i = 0; i < parameters.size(); i++) {
            String name = parameters.get(i);
            @Nullable Value value = i < positional.size() ? positional.get(i) : named.remove(name);
            if (value == null) {
                value = i >= defaultsFrom
                        ? value(macro.defaults().get(i - defaultsFrom), scope)
                        : new Undefined("parameter '" + name + "' was not provided");
            }
            scope.set(name, value);
        }
        if (macro.mentioned().contains("caller") && !parameters.contains("caller")) {
            Value caller = named.remove("caller");
            scope.set("caller", caller == null ? new Undefined("No caller defined") : caller);
        }
        List<Value> more = positional.subList(Math.min(parameters.size(), positional.size()), positional.size());
        surplus(macro, more, named, scope);
    }

    private static void surplus(Macro macro, List<Value> positional, Map<String, Value> named, Scope scope) {
        if (macro.mentioned().contains("kwargs")) {
            scope.set(
                    "kwargs",
                    Dict.of(named.entrySet().stream()
                            .map(e -> Map.<Value, Value>entry(MarkedText.plain(e.getKey()), e.getValue()))
                            .toList()));
        } else if (!named.isEmpty()) {
            throw new Refusal("macro '" + macro.name() + "' takes no keyword argument '"
                    + named.keySet().iterator().next() + "'");
        }
        if (macro.mentioned().contains("varargs")) {
            scope.set("varargs", Tuple.of(positional));
        } else if (!positional.isEmpty()) {
            throw new Refusal("macro '" + macro.name() + "' takes not more than "
                    + macro.parameters().size() + " argument(s)");
        }
    }

    private Value value(Expression expression, Scope scope) {
        return at(expression.line(), () -> {
            deeper();
            Value value = evaluate(expression, scope);
            step(1 + size(value) / Limits.UNITS_A_STEP);
            depth--;
            return value;
        });
    }

    private Value evaluate(Expression expression, Scope scope) {
        return switch (expression) {
            case Expression.Constant constant -> constant.value();
            case Expression.Name name -> {
                Value value = scope.get(name.name());
                yield value == null ? new Undefined("'" + name.name() + "' is undefined") : value;
            }
            case Expression.Items items -> {
                List<Value> values = values(items.items(), scope);
                yield items.tuple() ? Tuple.of(values) : Listed.of(values);
            }
            case Expression.DictItems dict -> {
                List<Map.Entry<Value, Value>> pairs = new ArrayList<>();
                dict.pairs().forEach(p -> pairs.add(Map.entry(value(p.getKey(), scope), value(p.getValue(), scope))));
                yield Dict.of(pairs);
            }
            case Expression.Negated negated -> Bool.of(!Operators.truth(value(negated.value(), scope)));
            case Expression.Signed signed -> Arithmetic.signed(signed.sign(), value(signed.value(), scope));
            case Expression.Binary binary ->
                Arithmetic.binary(binary.operator(), value(binary.left(), scope), value(binary.right(), scope));
            case Expression.Logical logical -> {
                Value left = value(logical.left(), scope);
                yield Operators.truth(left) == logical.and() ? value(logical.right(), scope) : left;
            }
            case Comparison comparison -> compare(comparison, scope);
            case Expression.Concatenation concatenation -> {
                MarkedText.Builder text = new MarkedText.Builder();
                values(concatenation.parts(), scope).forEach(part -> text.add(PythonText.str(part)));
                yield text.build();
            }
            case Expression.Conditional conditional -> conditional(conditional, scope);
            case Expression.Attribute attribute -> Subscripts.attribute(value(attribute.of(), scope), attribute.name());
            case Expression.Item item -> item(item, scope);
            case Slice slice -> throw new Refusal("a slice among several keys is not supported");
            case Call call -> call(call, null, scope);
            case Filter filter when filter.value() != null -> filter(filter, value(filter.value(), scope), scope);
            case Filter filter -> throw new Refusal("the filter '" + filter.name() + "' has no value");
            case Expression.Test test ->
                Bool.of(Tests.holds(test.name(), value(test.value(), scope), arguments(test.passed(), scope)));
        };
    }

    private List<Value> values(List<Expression> expressions, Scope scope) {
        List<Value> values = new ArrayList<>();
        for (Expression expression : expressions) {
            values.add(value(expression, scope));
        }
        return values;
    }

    private Value compare(Comparison comparison, Scope scope) {
        Value left = value(comparison.first(), scope);
        for (Compared compared : comparison.rest()) {
            Value right = value(compared.right(), scope);
            step((size(left) + size(right)) / Limits.UNITS_A_STEP);
            if (!Operators.compare(compared.operator(), left, right)) {
                return Bool.FALSE;
            }
            left = right;
        }
        return Bool.TRUE;
    }

    private Value conditional(Expression.Conditional conditional, Scope scope) {
        if (Operators.truth(value(conditional.test(), scope))) {
            return value(conditional.then(), scope);
        }
        return conditional.otherwise() == null
                ? new Undefined("the inline if-expression on line " + conditional.line()
                        + " evaluated to false and no else section was defined")
                : value(conditional.otherwise(), scope);
    }

    private Value item(Expression.Item item, Scope scope) {
        Value of = value(item.of(), scope);
        if (item.key() instanceof Slice slice) {
            return Subscripts.slice(
                    of, bound(slice.start(), scope), bound(slice.stop(), scope), bound(slice.step(), scope));
        }
        return Subscripts.item(of, value(item.key(), scope));
    }

    private @Nullable Integer bound(@Nullable Expression expression, Scope scope) {
        if (expression == null) {
            return null;
        }
        Value value = value(expression, scope);
        return value == Value.None.NONE ? null : Integer.valueOf(Operators.index(value, "a slice's bound"));
    }

    private Value filter(Filter filter, Value value, Scope scope) {
        Arguments arguments = arguments(filter.passed(), scope);
        step(size(value) / Limits.UNITS_A_STEP);
        return at(filter.line(), () -> Filters.apply(filter.name(), value, arguments));
    }

    /// @param caller what `{% call %}` passes
    private Value call(Call call, @Nullable Function caller, Scope scope) {
        Value called = Operators.defined(value(call.function(), scope));
        Arguments passed = arguments(call.passed(), scope);
        Arguments arguments = caller == null ? passed : passed.withNamed("caller", caller);
        return switch (called) {
            case Function function -> function.code().call(arguments);
            case LoopState state -> state.loop().call(arguments);
            default -> throw new Refusal("'" + Operators.type(called) + "' object is not callable");
        };
    }

    private Arguments arguments(Passed passed, Scope scope) {
        if (passed.equals(Passed.NOTHING)) {
            return Arguments.NONE;
        }
        List<Value> positional = values(passed.positional(), scope);
        Map<String, Value> named = new LinkedHashMap<>();
        passed.named().forEach((name, expression) -> named.put(name, value(expression, scope)));
        if (passed.list() != null) {
            positional.addAll(Operators.list(value(passed.list(), scope)));
        }
        if (passed.dict() != null) {
            Globals.pairs(value(passed.dict(), scope))
                    .forEach(e -> named.put(PythonText.str(e.getKey()).text(), e.getValue()));
        }
        return new Arguments(positional, named);
    }

    private static long size(Value value) {
        return switch (value) {
            case MarkedText text -> text.units();
            case Value.View view -> view.items().size();
            default -> Value.Weight.of(value).size();
        };
    }

    private void step(long count) {
        steps += count;
        if (steps > Limits.STEPS) {
            throw new Refusal("it takes more than " + Limits.STEPS + " steps");
        }
    }

    /// Until `depth--`, which an exception need not reach: it ends the rendering.
    private void deeper() {
        if (++depth > Limits.EVALUATIONS) {
            throw new Refusal("more than " + Limits.EVALUATIONS + " evaluations within each other");
        }
    }

    private interface Work<T> {
        T run();
    }

    /// Runs what belongs to a line.
    private static <T> T at(int line, Work<T> work) {
        try {
            return work.run();
        } catch (Refusal e) {
            throw new LineRefusal(line, e);
        }
    }
}
