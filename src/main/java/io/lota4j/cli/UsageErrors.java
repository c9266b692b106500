package io.lota4j.cli;

import io.lota4j.Suggestions;
import io.lota4j.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// Says in two lines what is wrong with a command line, with the nearest name that would have been right.
final class UsageErrors implements IParameterExceptionHandler {
    @Override
    public int handleParseException(ParameterException problem, String[] args) {
        CommandLine line = problem.getCommandLine();
        line.getErr().println("lota: " + unknownOption(args, line).orElseGet(() -> message(problem)));
        line.getErr()
                .println(Text.format("Try '%s --help'.", line.getCommandSpec().qualifiedName()));
        return ExitCode.USAGE;
    }

    /// A mistyped option, which picocli mentions only when nothing required is missing.
    private static Optional<String> unknownOption(String[] args, CommandLine line) {
        return Arrays.stream(args)
                .takeWhile(argument -> !argument.equals("--"))
                .map(argument -> argument.replaceFirst("=.*", ""))
                .filter(name -> name.startsWith("--")
                        && !line.getCommandSpec().optionsMap().containsKey(name))
                .findFirst()
                .map(name -> unmatched(name, line));
    }

    /// The problem in one line.
    static String message(ParameterException problem) {
        if (problem instanceof UnmatchedArgumentException unmatched
                && !unmatched.getUnmatched().isEmpty()) {
            return unmatched(unmatched.getUnmatched().getFirst(), problem.getCommandLine());
        }
        return lowerFirst(Objects.requireNonNullElse(problem.getMessage(), problem.toString()));
    }

    private static String unmatched(String argument, CommandLine line) {
        String name = argument.replaceFirst("=.*", "");
        boolean option = name.startsWith("-");
        List<String> known = new ArrayList<>();
        if (option) {
            known.addAll(line.getCommandSpec().optionsMap().keySet());
        } else {
            known.addAll(line.getSubcommands().keySet());
        }
        Optional<String> nearest = Suggestions.nearest(name, known);
        String what = option ? "unknown option" : known.isEmpty() ? "unexpected argument" : "unknown command";
        return Text.format(
                "%s '%s'%s",
                what,
                name,
                nearest.map(near -> Text.format("; did you mean '%s'?", near)).orElse(""));
    }

    private static String lowerFirst(String text) {
        return text.isEmpty() ? text : Character.toLowerCase(text.charAt(0)) + text.substring(1);
    }
}
