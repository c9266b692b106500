package io.lota4j.cli;

import io.lota4j.Text;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/// Which options a parsed command line must and must not have, where that depends on others of its options.
///
/// @param spec of the command
record OptionRules(CommandSpec spec) {
    /// @throws ParameterException when one of the options is missing
    void require(String... options) {
        for (String option : options) {
            if (!given(option)) {
                ArgSpec missing = spec.findOption(option);
                throw new MissingParameterException(
                        line(), missing, Text.format("Missing required option: '%s=%s'", option, missing.paramLabel()));
            }
        }
    }

    /// @param mixin field name of the mixin whose options have no part
    /// @param where such as `--score snip, which trains nothing`
    /// @throws ParameterException when one of them is given
    void refuseMixin(String mixin, String where) {
        CommandSpec options = Objects.requireNonNull(spec.mixins().get(mixin), mixin);
        for (OptionSpec option : options.options()) {
            refuse(option.longestName(), where);
        }
    }

    /// As [#refuseMixin] for one option.
    void refuse(String option, String where) {
        if (given(option)) {
            throw new ParameterException(line(), Text.format("%s has no part in %s.", option, where));
        }
    }

    private boolean given(String option) {
        return line().getParseResult().hasMatchedOption(option);
    }

    private CommandLine line() {
        return spec.commandLine();
    }
}
