package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.internal.Text;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// Every number that any command takes has a range, and what lies outside is refused with option, expected and found.
class NumericOptionsTest {
    private static final Set<Class<?>> NUMBERS =
            Set.of(int.class, long.class, double.class, Integer.class, Long.class, Double.class);

    /// What each range has to refuse.
    private static final Map<Class<?>, List<String>> REFUSED = Map.of(
            Numbers.Count.class, List.of("0", "-1", "NaN", "1.5", "2147483648", "", "x", "1e3"),
            Numbers.CountOrNone.class, List.of("-1", "NaN", "0.5", "2147483648", "", "x"),
            Numbers.LongCount.class, List.of("0", "-1", "NaN", "9223372036854775808", "", "x"),
            Numbers.Bytes.class, List.of("0", "0GB", "-1", "1.5GB", "5 PB", "9223373TB", "NaN", "", "x"),
            Numbers.Seed.class, List.of("NaN", "0.5", "9223372036854775808", "-9223372036854775809", "", "x"),
            Numbers.Positive.class, List.of("0", "-0.0", "-1", "NaN", "Infinity", "1e999", "", "x"),
            Numbers.NotNegative.class, List.of("-1", "NaN", "Infinity", "-Infinity", "1e999", "", "x"),
            Numbers.Share.class, List.of("0", "-1", "1.01", "NaN", "Infinity", "", "x"),
            Numbers.Fraction.class, List.of("-0.1", "1.01", "90", "NaN", "Infinity", "", "x"));

    /// What is accepted by the parser is met with all else missing.
    private static final List<String> EDGES =
            List.of("0", "1", "-1", "2147483647", "9223372036854775807", "1e-320", "1e308");

    @TempDir
    private Path folder = Path.of("");

    /// A numeric option of a command.
    record Case(CommandSpec command, OptionSpec option) {
        List<String> words() {
            List<String> words = new ArrayList<>(List.of(command.qualifiedName().split(" ")));
            words.removeFirst();
            return words;
        }

        @Override
        public String toString() {
            return command.qualifiedName() + " " + option.longestName();
        }
    }

    static Stream<Case> cases() {
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        return Commands.standard().all().stream()
                .map(entry -> CommandLines.of(entry, nowhere, nowhere).getCommandSpec())
                .flatMap(NumericOptionsTest::withNested)
                .flatMap(command -> command.options().stream()
                        .filter(option -> NUMBERS.contains(option.type()))
                        .map(option -> new Case(command, option)));
    }

    static Stream<Case> settings() {
        return cases().filter(NumericOptionsTest::isSetting);
    }

    static Stream<Case> ranges() {
        return cases().filter(c -> !isSetting(c));
    }

    private static boolean isSetting(Case c) {
        CommandSpec training = c.command().mixins().get("training");
        return training != null && training.optionsMap().containsKey(c.option().longestName());
    }

    private static Stream<CommandSpec> withNested(CommandSpec command) {
        return Stream.concat(
                Stream.of(command),
                command.subcommands().values().stream().flatMap(line -> withNested(line.getCommandSpec())));
    }

    @Test
    void thereAreMany() {
        assertThat(cases()).hasSizeGreaterThan(50);
    }

    /// The settings of a run are checked together, so that all that is wrong with them is told at once.
    @ParameterizedTest
    @MethodSource("settings")
    void aSettingOutOfItsRangeIsRefusedBeforeAnythingIsRead(Case c) {
        for (String value : List.of("NaN", "x", "", "9223372036854775808", "-9223372036854775809")) {
            boolean seed = c.option().longestName().equals("--seed");
            Cli cli = new Cli(Commands.standard());
            assertThat(cli.run(arguments(c, value))).as("%s=%s", c, value).isIn(ExitCode.FAILED, ExitCode.USAGE);
            if (!value.startsWith("9") || seed) {
                assertThat(cli.err()).startsWith("lota: ").doesNotContain(missing());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("ranges")
    void whatIsOutsideIsRefused(Case c) {
        assertThat(c.option().converters()).as("a range from Numbers").hasSize(1);
        List<String> refused = REFUSED.get(c.option().converters()[0].getClass());
        assertThat(refused).isNotNull();
        for (String value : Objects.requireNonNull(refused)) {
            Cli cli = new Cli(Commands.standard());
            assertThat(cli.run(arguments(c, value))).as("%s=%s", c, value).isEqualTo(ExitCode.USAGE);
            assertThat(cli.err())
                    .as("%s=%s", c, value)
                    .startsWith(Text.format(
                            "lota: invalid value for option '%s': expected ",
                            c.option().longestName()))
                    .contains(Text.format(", found '%s'", value))
                    .hasLineCount(2);
        }
    }

    /// Neither end in a stack trace.
    @ParameterizedTest
    @MethodSource("cases")
    void whatIsAtTheEdgeIsNoDefect(Case c) {
        for (String value : EDGES) {
            Cli cli = new Cli(Commands.standard());
            cli.run(arguments(c, value));
            assertThat(cli.err()).as("%s=%s", c, value).doesNotContain("internal error", "\tat ");
        }
    }

    private String[] arguments(Case c, String value) {
        List<String> arguments = new ArrayList<>(c.words());
        arguments.add("--dry-run");
        for (OptionSpec option : c.command().options()) {
            if (option.required() && !option.equals(c.option())) {
                arguments.add(option.longestName() + "=" + valid(option));
            }
        }
        arguments.add(c.option().longestName() + "=" + value);
        for (PositionalParamSpec positional : c.command().positionalParameters()) {
            if (positional.required()) {
                arguments.add(missing());
            }
        }
        return arguments.toArray(String[]::new);
    }

    private String valid(OptionSpec option) {
        if (NUMBERS.contains(option.type())) {
            return "1";
        }
        return option.completionCandidates() == null
                ? missing()
                : option.completionCandidates().iterator().next();
    }

    private String missing() {
        return folder.resolve("none").toString();
    }
}
