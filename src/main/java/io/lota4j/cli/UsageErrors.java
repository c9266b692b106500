package io.lota4j.cli;

import io.lota4j.internal.Suggestions;
import io.lota4j.internal.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// Says in two lines what is wrong with a command line, with the nearest name that would have been right.
final class UsageErrors implements IParameterExceptionHandler {
    @Override
    public int handleParseException(ParameterException problem, String[] args) {
        CommandLine line = problem.getCommandLine();
        line.getErr()
                .println("lota: " + unknownOption(args, line).orElseGet(() -> message(problem)) + json(args, problem));
        line.getErr()
                .println(Text.format("Try '%s --help'.", line.getCommandSpec().qualifiedName()));
        return ExitCode.USAGE;
    }

    /// Of a file behind `--json`, as `eval` once had it.
    private static String json(String[] args, ParameterException problem) {
        if (!(problem instanceof UnmatchedArgumentException unmatched)
                || unmatched.getUnmatched().isEmpty()) {
            return "";
        }
        int at = Arrays.asList(args).indexOf(unmatched.getUnmatched().getFirst());
        if (at < 1 || !args[at - 1].equals(ResultOptions.JSON)) {
            return "";
        }
        boolean file = problem.getCommandLine().getCommandSpec().findOption("--scores") != null;
        return "; --json takes no file and prints on standard output" + (file ? ", --scores F.json writes a file" : "");
    }

    /// A mistyped option or a text that looks like one, which picocli mentions only when nothing required is missing.
    private static Optional<String> unknownOption(String[] args, CommandLine line) {
        for (int i = 0; i < args.length && !args[i].equals("--"); i++) {
            String name = args[i].replaceFirst("=.*", "");
            boolean value = i > 0 && line.getCommandSpec().optionsMap().containsKey(args[i - 1]);
            if (!value && (isText(args[i]) || isUnknown(name, line))) {
                return Optional.of(unmatched(args[i], line));
            }
        }
        return Optional.empty();
    }

    private static boolean isUnknown(String name, CommandLine line) {
        return name.startsWith("--") && !line.getCommandSpec().optionsMap().containsKey(name);
    }

    private static boolean isText(String argument) {
        return argument.matches("(?s)-[^\\s=]*\\s.*");
    }

    /// The problem in one line.
    static String message(ParameterException problem) {
        if (problem instanceof UnmatchedArgumentException unmatched
                && !unmatched.getUnmatched().isEmpty()) {
            return unmatched(unmatched.getUnmatched().getFirst(), problem.getCommandLine());
        }
        if (problem instanceof MissingParameterException) {
            return missing(problem);
        }
        return said(problem);
    }

    /// The parser knows nothing of options that are required by others.
    private static String missing(ParameterException problem) {
        try {
            if (problem.getCommandLine().getCommandSpec().userObject() instanceof BaseCommand command) {
                command.checkOptions();
            }
        } catch (ParameterException whole) {
            return said(whole);
        }
        return said(problem);
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
        String what = option ? "unknown option" : known.isEmpty() ? "unexpected argument" : "unknown command";
        if (option && isText(argument)) {
            return Text.format("%s '%s'; a text that starts with a dash goes last, behind --", what, argument);
        }
        Optional<String> hint = option
                ? OptionNames.hint(name, known)
                : Suggestions.nearest(name, known).map(near -> Text.format("did you mean '%s'?", near));
        return Text.format(
                "%s '%s'%s", what, name, hint.map(text -> "; " + text).orElse(""));
    }

    private static String said(ParameterException problem) {
        return lowerFirst(Objects.requireNonNullElse(problem.getMessage(), problem.toString()));
    }

    private static String lowerFirst(String text) {
        return text.isEmpty() ? text : Character.toLowerCase(text.charAt(0)) + text.substring(1);
    }
}
