package io.lota4j.internal.jinja;

import io.lota4j.internal.jinja.Expression.Constant;
import io.lota4j.internal.jinja.Expression.Name;
import io.lota4j.internal.jinja.Expression.Passed;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The names that a template uses, and which of them nothing can ever answer to.
final class Mentions {
    private final Set<String> all = new HashSet<>();
    private final Set<String> assigned = new HashSet<>();
    private final Set<String> asked = new HashSet<>();
    private final Set<String> texts = new HashSet<>();
    private final Map<String, Integer> calls = new LinkedHashMap<>();
    private final Map<String, Integer> methods = new LinkedHashMap<>();
    private Set<String> inMacro = new HashSet<>();

    boolean has(String name) {
        return all.contains(name);
    }

    void read(String name) {
        all.add(name);
        inMacro.add(name);
    }

    void assign(String name) {
        assigned.add(name);
    }

    void member(String name) {
        all.add(name);
    }

    void key(Value key) {
        if (key instanceof MarkedText text) {
            all.add(text.text());
        }
    }

    void text(String text) {
        texts.add(text);
    }

    void keyword(String name) {
        texts.add(name);
    }

    void call(String name, int line) {
        calls.putIfAbsent(name, line);
    }

    void method(String name, int line) {
        methods.putIfAbsent(name, line);
    }

    /// The texts among these are read as keys or attributes.
    void read(Collection<Expression> keys) {
        for (Expression key : keys) {
            if (key instanceof Constant constant && constant.value() instanceof MarkedText text) {
                all.addAll(List.of(text.text().split("[.,]")));
            }
        }
    }

    /// @throws LineRefusal if there is no such filter, nor one whose name is its first argument where it takes one
    void filter(String name, Passed passed, int line) {
        if (!Filters.NAMES.contains(name)) {
            throw Tokens.fail(line, "there is no filter '" + name + "'");
        }
        Set<String> taken = name.equals("map") ? Filters.NAMES : Tests.NAMES;
        int at = name.endsWith("attr") ? 1 : 0;
        read(passed.named().entrySet().stream()
                .filter(e -> e.getKey().equals("attribute"))
                .map(Map.Entry::getValue)
                .toList());
        if (at == 1 || name.equals("groupby")) {
            read(passed.positional().stream().limit(1).toList());
        }
        boolean takes =
                Set.of("map", "select", "reject", "selectattr", "rejectattr").contains(name);
        if (takes
                && passed.positional().size() > at
                && passed.positional().get(at) instanceof Constant constant
                && constant.value() instanceof MarkedText inner
                && !taken.contains(inner.text())) {
            throw Tokens.fail(line, name + " names '" + inner.text() + "', which does not exist");
        }
    }

    /// @throws LineRefusal if there is no such test
    void test(String name, Expression value, int line) {
        if (!Tests.NAMES.contains(name)) {
            throw Tokens.fail(line, "there is no test '" + name + "'");
        }
        if (value instanceof Name asks) {
            asked.add(asks.name());
        }
    }

    /// Starts to collect the names of a macro's body.
    ///
    /// @return those of the macro around it, for [#leaveMacro]
    Set<String> enterMacro() {
        Set<String> outer = inMacro;
        inMacro = new HashSet<>();
        return outer;
    }

    /// @return the names of the macro's body
    Set<String> leaveMacro(Set<String> outer) {
        Set<String> inner = inMacro;
        outer.addAll(inner);
        inMacro = outer;
        return Set.copyOf(inner);
    }

    /// Functions and methods that are called and that nothing is called, unless the template asks whether they are
    /// there, or puts something under their name itself.
    ///
    /// @throws LineRefusal if there is one
    void check() {
        calls.forEach((name, line) -> {
            if (!Globals.NAMES.contains(name)
                    && !assigned.contains(name)
                    && !asked.contains(name)
                    && !name.equals("caller")
                    && !name.equals("loop")) {
                throw Tokens.fail(line, "there is no function '" + name + "'");
            }
        });
        methods.forEach((name, line) -> {
            if (!Methods.NAMES.contains(name) && !assigned.contains(name) && !texts.contains(name)) {
                throw Tokens.fail(line, "there is no method '" + name + "'");
            }
        });
    }
}
