package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/// What `--help` shows.
class HelpPageTest {
    private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");

    /// Every command that does something, `mask stats` and the like too.
    static Stream<String> commands() {
        return Commands.standard().all().stream().flatMap(entry -> named(line(entry.name())));
    }

    private static Stream<String> named(CommandLine line) {
        Stream<String> nested = line.getSubcommands().values().stream().flatMap(HelpPageTest::named);
        return line.getCommand() instanceof Callable
                ? Stream.concat(Stream.of(line.getCommandSpec().qualifiedName().substring("lota ".length())), nested)
                : nested;
    }

    private static CommandLine line(String name) {
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        return CommandLines.of(Commands.standard().find(name).orElseThrow(), nowhere, nowhere);
    }

    /// The example is one that the parser takes.
    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandHasAnExampleThatWorks(String command) {
        String example = Objects.requireNonNull(Examples.of(command), command);
        List<String> words = new ArrayList<>();
        Matcher word = WORD.matcher(example.replace("\\\n", " "));
        while (word.find()) {
            words.add(word.group(1) != null ? word.group(1) : word.group(2));
        }
        assertThat(String.join(" ", words)).startsWith("lota " + command);
        CommandLine line = line(words.get(1));
        line.parseArgs(words.subList(2, words.size()).toArray(String[]::new));
        for (CommandLine used : line.getParseResult().asCommandLineList()) {
            if (used.getCommand() instanceof BaseCommand checked && used == last(line)) {
                checked.checkOptions();
            }
        }
        Cli cli = new Cli(Commands.standard());
        List<String> help = new ArrayList<>(List.of(command.split(" ")));
        help.add("--help");
        assertThat(cli.run(help.toArray(String[]::new))).isZero();
        assertThat(cli.out()).contains("\nExample:\n  lota " + command);
    }

    private static CommandLine last(CommandLine line) {
        return line.getParseResult().asCommandLineList().getLast();
    }

    @Test
    void optionsHaveHeadings() {
        Cli cli = new Cli(Commands.standard());
        cli.run("train", "--help");
        assertThat(cli.out().lines().filter(text -> text.matches("[A-Z][A-Za-z ]*:")))
                .containsExactly(
                        "Required:",
                        "Options:",
                        "Data:",
                        "Training:",
                        "Optimizer:",
                        "Which tensors:",
                        "Speed and memory:",
                        "Saving and logging:",
                        "General:",
                        "Example:");
        // Every option once.
        String listed = cli.out().substring(0, cli.out().indexOf("\nExample:"));
        for (OptionSpec option : line("train").getCommandSpec().options()) {
            assertThat(listed.lines()
                            .filter(text -> text.matches(" {2}(-h, |    )" + option.longestName() + "(?![\\w-]).*")))
                    .as(option.longestName())
                    .hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {60, 80, 132})
    void linesFitTheTerminal(int columns) {
        CommandLine line = line("train");
        HelpPage.layOut(line, Integer.toString(columns));
        String page = line.getUsageMessage();
        String options = page.substring(0, page.indexOf("\nExample:"));
        assertThat(options.lines().filter(text -> text.length() > columns)).isEmpty();
        for (String odd : new String[] {"", "x", "-5", "999999999999", "0"}) {
            HelpPage.layOut(line, odd);
            assertThat(line.getUsageMessage()).contains("Usage: lota train");
        }
    }
}
