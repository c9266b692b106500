package io.lota4j.cli;

import io.lota4j.cli.Commands.CommandEntry;
import io.lota4j.data.file.DataPart;
import io.lota4j.internal.Text;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `lota completion`: prints what makes a shell complete commands, options and their values.
///
/// picocli's own script (4.7.7) offers the values of one option for another where two have the same label, in capitals,
/// and there is none for fish.
@Command
final class CompletionCommand implements Callable<Integer> {
    /// What it is called. It is no command for recipes.
    static final String NAME = "completion";

    /// The shells there are scripts for.
    enum Shell {
        BASH,
        ZSH,
        FISH
    }

    private final Commands commands;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private CommonOptions common = new CommonOptions();

    @Parameters(paramLabel = "SHELL", description = "bash, zsh or fish.")
    private Shell shell = Shell.BASH;

    /// @param commands to complete
    CompletionCommand(Commands commands) {
        this.commands = commands;
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        List<Completed> all = new ArrayList<>();
        for (CommandEntry command : commands.all()) {
            add(command.name(), CommandLines.of(command, out, out), all);
        }
        out.print(
                switch (shell) {
                    case BASH -> bash(all);
                    case ZSH ->
                        "autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n"
                                + bash(all);
                    case FISH -> fish(all);
                });
        return ExitCode.OK;
    }

    /// @param words that name the command, such as `mask stats`
    private record Completed(String words, CommandSpec spec) {
        List<OptionSpec> options() {
            return spec.options().stream().filter(option -> !option.hidden()).toList();
        }

        /// What may follow the command.
        String following() {
            Stream<String> values = spec.positionalParameters().stream()
                    .map(CompletionCommand::values)
                    .flatMap(List::stream);
            Stream<String> names = options().stream().flatMap(option -> Arrays.stream(option.names()));
            return Stream.of(spec.subcommands().keySet().stream(), values, names)
                    .flatMap(word -> word)
                    .collect(Collectors.joining(" "));
        }

        String summary() {
            return first(spec.usageMessage().description());
        }
    }

    private static void add(String words, CommandLine line, List<Completed> all) {
        all.add(new Completed(words, line.getCommandSpec()));
        line.getSubcommands().forEach((name, nested) -> add(words + " " + name, nested, all));
    }

    /// Where nothing is offered, bash offers files: `-o default`.
    private static String bash(List<Completed> all) {
        StringBuilder commands = new StringBuilder();
        StringBuilder following = new StringBuilder();
        StringBuilder values = new StringBuilder();
        for (Completed command : all) {
            int last = command.words().lastIndexOf(' ');
            commands.append(Text.format(
                    "            '%s %s') command='%s' ;;\n",
                    command.words().substring(0, Math.max(last, 0)),
                    command.words().substring(last + 1),
                    command.words()));
            following.append(Text.format("        '%s') words='%s' ;;\n", command.words(), command.following()));
            for (OptionSpec option : command.options()) {
                if (option.arity().max() > 0) {
                    String names = Arrays.stream(option.names())
                            .map(name -> Text.format("'%s %s'", command.words(), name))
                            .collect(Collectors.joining(" | "));
                    values.append(Text.format(
                            "        %s) words='%s' values=1 ;;\n", names, String.join(" ", values(option))));
                }
            }
        }
        String top = all.stream()
                .map(Completed::words)
                .filter(words -> !words.contains(" "))
                .collect(Collectors.joining(" "));
        return Text.format("""
            # Completion of lota for bash.
            _lota() {
                local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command= word words= values=
                for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
                    case "$command $word" in
            %s        esac
                done
                # Bash breaks --name=value at the sign.
                [[ $previous != '=' ]] || previous=${COMP_WORDS[COMP_CWORD - 2]}
                [[ $current != '=' ]] || current=
                case "$command" in
                    '') words='%s --help --version' ;;
            %s    esac
                case "$command $previous" in
            %s    esac
                COMPREPLY=()
                if [[ -n $values || $current == -* || $words != -* ]]; then
                    COMPREPLY=($(compgen -W "$words" -- "$current"))
                fi
            }
            complete -o default -F _lota lota
            """, commands, top, following, values);
    }

    private static String fish(List<Completed> all) {
        StringBuilder script = new StringBuilder("# Completion of lota for fish.\n");
        for (Completed command : all) {
            int last = command.words().lastIndexOf(' ');
            String before =
                    last < 0 ? "__fish_use_subcommand" : seen(command.words().substring(0, last));
            script.append(Text.format(
                    "complete -c lota -n '%s' -f -a %s -d %s\n",
                    before, command.words().substring(last + 1), quoted(command.summary())));
            for (OptionSpec option : command.options()) {
                script.append(Text.format(
                        "complete -c lota -n '%s'%s%s -d %s\n",
                        seen(command.words()), names(option), kind(option), quoted(first(option.description()))));
            }
        }
        return script.toString();
    }

    private static String seen(String words) {
        return Arrays.stream(words.split(" "))
                .map(word -> "__fish_seen_subcommand_from " + word)
                .collect(Collectors.joining("; and "));
    }

    private static String names(OptionSpec option) {
        return Arrays.stream(option.names())
                .map(name -> name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1))
                .collect(Collectors.joining());
    }

    /// Whether a value follows, and which: one of some words, a file, or anything else.
    private static String kind(OptionSpec option) {
        if (option.arity().max() == 0) {
            return "";
        }
        List<String> words = values(option);
        if (!words.isEmpty()) {
            return " -x -a " + quoted(String.join(" ", words));
        }
        return option.auxiliaryTypes()[0] == Path.class || option.auxiliaryTypes()[0] == DataPart.class
                ? " -r -F"
                : " -x";
    }

    /// The words that may be given, if they are known.
    private static List<String> values(ArgSpec argument) {
        List<String> words = new ArrayList<>();
        Object @Nullable [] constants = argument.auxiliaryTypes()[0].getEnumConstants();
        if (constants != null) {
            for (Object constant : constants) {
                String word = constant.toString().toLowerCase(Locale.ROOT);
                Stream.of(word, word.replace('_', '-'))
                        .distinct()
                        .filter(name -> takes(argument, name))
                        .forEach(words::add);
            }
        } else if (argument.completionCandidates() != null) {
            argument.completionCandidates().forEach(words::add);
        }
        return words;
    }

    /// Whether a word is one that the argument's own converter takes, if it has one.
    private static boolean takes(ArgSpec argument, String word) {
        for (ITypeConverter<?> converter : argument.converters()) {
            try {
                converter.convert(word);
            } catch (Exception e) { // as picocli declares it: whatever it is, the word is none
                return false;
            }
        }
        return argument.converters().length > 0 || word.indexOf('-') < 0;
    }

    /// The first sentence of a description.
    private static String first(String[] description) {
        String text = String.join(" ", description).replaceAll("%n|\\s+", " ").strip();
        int end = text.indexOf(". ");
        return end < 0 ? text : text.substring(0, end + 1);
    }

    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
