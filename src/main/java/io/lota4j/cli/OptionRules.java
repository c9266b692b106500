package io.lota4j.cli;

import io.lota4j.internal.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/// Which options a parsed command line must and must not have, where that depends on others of its options.
///
/// Everything that is missing is told at once, also what the parser itself requires.
final class OptionRules {
    private final CommandSpec spec;
    private final List<String> missing = new ArrayList<>();

    /// @param spec of the command
    OptionRules(CommandSpec spec) {
        this.spec = spec;
        for (ArgSpec required : spec.requiredArgs()) {
            if (!given(required)) {
                missing.add(label(required));
            }
        }
    }

    /// Notes each of the options that is missing.
    void require(String... options) {
        for (String option : options) {
            if (!given(option)) {
                missing.add(label(spec.findOption(option)));
            }
        }
    }

    /// Notes that one of two options is missing, and refuses both at once.
    ///
    /// @throws ParameterException when both are given
    void requireOne(String first, String second) {
        if (given(first) && given(second)) {
            throw new ParameterException(
                    line(), Text.format("Expected only one of %s and %s, found both.", first, second));
        }
        if (!given(first) && !given(second)) {
            missing.add(label(spec.findOption(first)) + " or " + label(spec.findOption(second)));
        }
    }

    /// @param mixin field name of the mixin whose options have no part
    /// @param where such as `--score snip: it does not train`
    /// @throws ParameterException when one of them is given
    void refuseMixin(String mixin, String where) {
        refuseMixin(mixin, where, Set.of());
    }

    /// As the other, but for some options.
    ///
    /// @param allowed their names
    void refuseMixin(String mixin, String where, Set<String> allowed) {
        CommandSpec options = Objects.requireNonNull(spec.mixins().get(mixin), mixin);
        for (OptionSpec option : options.options()) {
            if (!allowed.contains(option.longestName())) {
                refuse(option.longestName(), where);
            }
        }
    }

    /// As [#refuseMixin] for one option.
    void refuse(String option, String where) {
        if (given(option)) {
            throw new ParameterException(line(), Text.format("%s cannot be used with %s.", option, where));
        }
    }

    /// @throws ParameterException if something is missing, naming all of it
    void finish() {
        if (!missing.isEmpty()) {
            throw new ParameterException(
                    line(),
                    Text.format(
                            "Missing required %s%s: %s",
                            spec.requiredArgs().stream().anyMatch(arg -> arg.isPositional() && !given(arg))
                                    ? "parameter"
                                    : "option",
                            missing.size() == 1 ? "" : "s",
                            String.join(", ", missing)));
        }
    }

    private static String label(ArgSpec argument) {
        if (!(argument instanceof OptionSpec option)) {
            return Text.format("'%s'", argument.paramLabel());
        }
        return option.arity().max() == 0
                ? Text.format("'%s'", option.longestName())
                : Text.format("'%s=%s'", option.longestName(), option.paramLabel());
    }

    private boolean given(ArgSpec argument) {
        return argument instanceof OptionSpec option
                ? given(option.longestName())
                : !argument.stringValues().isEmpty();
    }

    private boolean given(String option) {
        return line().getParseResult().hasMatchedOption(option);
    }

    private CommandLine line() {
        return spec.commandLine();
    }
}
