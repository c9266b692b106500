package io.lota4j.cli;

import io.lota4j.internal.Text;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// docs/cli.md, made of the commands.
final class CliPage {
    private static final Pattern DEFAULT = Pattern.compile(" ?\\(default: (.*?)\\)(?=[.,;]|$)");

    private CliPage() {}

    static String page() {
        List<String> commands = HelpPageTest.commands().toList();
        Set<String> everywhere = everywhere(commands);
        StringBuilder page = new StringBuilder(Text.format(
                """
                # The command line

                `lota COMMAND [OPTIONS]`. This page is made of the commands; `mvn test -Dtest=CliPageTest -Dlota.page=write`
                makes it anew.

                `lota COMMAND --help` (or `lota help COMMAND`) shows the same for one command. Every command can be a line, or a recipe
                for `lota run`: a YAML file of `command` and the long options without their dashes ([configs](../configs)).

                | exit code | |
                |---|---|
                | %d | done |
                | %d | failed: the message says what to do, and `--debug` adds a stack trace; also where a file beside a whole result is not whole |
                | %d | the options were not understood; nothing was done |
                | %d | stopped by Ctrl-C; what was done is kept where the message says so |
                | %d | nobody read standard output to its end |

                What a command found or made goes to standard output, all else (progress, notes, warnings, errors) to standard error. There
                are no colours, so `NO_COLOR` changes nothing. On a terminal progress is one line that is rewritten; elsewhere it is a plain
                line every five seconds.

                With `--json` standard output gets one JSON object on one line, in UTF-8, instead of the lines for people, with the same
                figures, not rounded: shares are in [0, 1], and what is not a number is null. [Keys](#keys) says what they mean. A command
                that fails prints no object.
                With `--dry-run` it has `dry_run` and `plan`, with `--preview` it has `preview`. With `--quiet` progress and notes are left out
                on standard error; warnings and errors stay.

                ## Options of every command

                `completion` has only `--help` and `--debug`.

                """, ExitCode.OK, ExitCode.FAILED, ExitCode.USAGE, ExitCode.INTERRUPTED, ExitCode.CLOSED_PIPE));
        CommandSpec any = spec(commands.getFirst());
        table(page, any.options().stream().filter(option -> everywhere.contains(option.longestName())));
        commands.forEach(command -> section(page, command, everywhere));
        page.append("\n## Keys\n\n| key | |\n|---|---|\n");
        for (Key key : Key.values()) {
            page.append(Text.format("| `%s` | %s |\n", key.word(), cell(key.meaning())));
        }
        return page.toString();
    }

    /// Options that all commands have which have a result.
    private static Set<String> everywhere(List<String> commands) {
        Set<String> names = new TreeSet<>(names(spec(commands.getFirst())));
        commands.stream()
                .filter(command -> !command.equals(CompletionCommand.NAME))
                .forEach(command -> names.retainAll(names(spec(command))));
        return names;
    }

    private static List<String> names(CommandSpec spec) {
        return spec.options().stream().map(OptionSpec::longestName).toList();
    }

    private static void section(StringBuilder page, String command, Set<String> everywhere) {
        CommandSpec spec = spec(command);
        page.append(Text.format("\n## lota %s\n\n", command))
                .append(plain(String.join(" ", spec.usageMessage().description())))
                .append(Text.format("\n\nUsage: `%s`\n\n```\n", synopsis(spec)))
                .append(Objects.requireNonNull(Examples.of(command), command))
                .append("\n```\n\n");
        table(
                page,
                Stream.concat(
                        spec.positionalParameters().stream(),
                        spec.options().stream().filter(option -> !everywhere.contains(option.longestName()))));
        if (spec.findOption(ResultOptions.JSON) != null) {
            Prints prints = prints(spec);
            String all = Stream.of(listed(prints.value()), listed(prints.sometimes()))
                    .filter(keys -> !keys.isEmpty())
                    .collect(Collectors.joining("; where they apply "));
            page.append(Text.format(
                    "\nWith `--json`%s: %s.\n", prints.value().length == 0 ? ", where they apply" : "", all));
        }
    }

    private static String synopsis(CommandSpec spec) {
        String required = spec.options().stream()
                .filter(OptionSpec::required)
                .map(option -> " " + name(option))
                .collect(Collectors.joining());
        String positional = spec.positionalParameters().stream()
                .map(parameter -> " " + (parameter.required() ? name(parameter) : "[" + name(parameter) + "]")
                        + (parameter.arity().max() > 1 ? "..." : ""))
                .collect(Collectors.joining());
        return spec.qualifiedName() + required + " [OPTIONS]" + positional;
    }

    private static String listed(Key... keys) {
        return words(keys).stream().map(word -> "`" + word + "`").collect(Collectors.joining(", "));
    }

    static List<String> words(Key... keys) {
        return Arrays.stream(keys).map(Key::word).toList();
    }

    static Prints prints(CommandSpec spec) {
        return Objects.requireNonNull(
                spec.userObject().getClass().getAnnotation(Prints.class),
                spec.qualifiedName() + " says with @Prints which keys it prints");
    }

    private static void table(StringBuilder page, Stream<? extends ArgSpec> arguments) {
        List<? extends ArgSpec> shown =
                arguments.filter(argument -> !argument.hidden()).toList();
        if (shown.isEmpty()) {
            return;
        }
        page.append("| | default | |\n|---|---|---|\n");
        shown.stream().filter(CliPage::isRequired).forEach(argument -> row(page, argument));
        shown.stream().filter(argument -> !isRequired(argument)).forEach(argument -> row(page, argument));
    }

    private static boolean isRequired(ArgSpec argument) {
        return argument.required() || argument instanceof PositionalParamSpec;
    }

    private static void row(StringBuilder page, ArgSpec argument) {
        String text = plain(String.join(" ", argument.description()))
                .replace("${COMPLETION-CANDIDATES}", candidates(argument.completionCandidates()))
                .replace("${DEFAULT-VALUE}", String.valueOf(argument.defaultValue()));
        Matcher found = DEFAULT.matcher(text);
        String otherwise = argument.required() ? "required" : "";
        if (found.find()) {
            otherwise = found.group(1);
            text = text.substring(0, found.start()) + text.substring(found.end());
        }
        page.append(Text.format("| `%s` | %s | %s |\n", name(argument), cell(otherwise), cell(text)));
    }

    private static String name(ArgSpec argument) {
        return switch (argument) {
            case OptionSpec option
            when option.arity().max() > 0 -> String.join(", ", option.names()) + " " + option.paramLabel();
            case OptionSpec option -> String.join(", ", option.names());
            default -> argument.paramLabel();
        };
    }

    private static String candidates(@Nullable Iterable<String> words) {
        return words == null
                ? ""
                : StreamSupport.stream(words.spliterator(), false).collect(Collectors.joining(", "));
    }

    /// As picocli prints it, in one line.
    private static String plain(String description) {
        return description.replace("%n", " ").replace("%%", "%").strip();
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replace("<", "&lt;");
    }

    /// What the parser knows of a command, such as `mask stats`.
    static CommandSpec spec(String command) {
        String[] words = command.split(" ");
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        CommandLine line = CommandLines.of(Commands.standard().find(words[0]).orElseThrow(), nowhere, nowhere);
        for (String word : Arrays.copyOfRange(words, 1, words.length)) {
            line = Objects.requireNonNull(line.getSubcommands().get(word), word);
        }
        return line.getCommandSpec();
    }
}
