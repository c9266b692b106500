package io.lota4j.cli;

import io.lota4j.LotaException;
import io.lota4j.guard.Judge;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Who judges answers, as a picocli mixin.
final class JudgeOptions {
    @Option(
            names = "--judge",
            paramLabel = "NAME",
            defaultValue = "words",
            description = "words: declined where a phrase is found; regex: where an expression is; answer: by the row's"
                    + " own two texts; margin: by how probable these are, without an answer; command: by a program"
                    + " (default: ${DEFAULT-VALUE}).")
    private String name = "words";

    @Reads
    @Option(
            names = "--words",
            paramLabel = "F.txt",
            description = "With words: the phrases, one a line, in place of those that come with lota.")
    private @Nullable Path words;

    @Option(
            names = "--within",
            paramLabel = "N",
            converter = Numbers.Count.class,
            description = "With words: only phrases count that begin in the first N characters (default: all).")
    private @Nullable Integer within;

    @Option(names = "--regex", paramLabel = "REGEX", description = "With regex: the expression.")
    private @Nullable String regex;

    @Option(
            names = "--program",
            paramLabel = "WORD",
            description = "With command: the program, and repeated its arguments. It is started once, without a shell,"
                    + " gets a JSON object a line (id, prompt, answer, category, expect) and prints one a line (id and"
                    + " outcome, or id and a score from 1 to 5).")
    private List<String> program = new ArrayList<>();

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            converter = Numbers.Count.class,
            description = "With command: how long it may take for all answers (default: 600).")
    private @Nullable Integer timeout;

    /// The judge that was asked for.
    ///
    /// @throws LotaException if there is none of this name, or an option is another judge's
    Judge judge() {
        require("words", words != null, "--words");
        require("words", within != null, "--within");
        require("regex", regex != null, "--regex");
        require("command", !program.isEmpty(), "--program");
        require("command", timeout != null, "--timeout");
        return switch (name) {
            case "words" -> {
                Judge.Words usual = Judge.Words.usual();
                int most = within == null ? 0 : within;
                yield words == null ? new Judge.Words(usual.phrases(), most) : Judge.Words.of(words, most);
            }
            case "regex" -> Judge.Regex.of(needed(regex, "--regex"));
            case "answer" -> new Judge.Reference();
            case "margin" -> new Judge.Margin();
            case "command" -> {
                needed(program.isEmpty() ? null : program.getFirst(), "--program");
                yield new Judge.Command(program, Duration.ofSeconds(timeout == null ? 600 : timeout));
            }
            default ->
                throw new LotaException(
                        "--judge: there is no judge '" + name + "', expected words, regex, answer, margin or command.");
        };
    }

    private void require(String judge, boolean given, String option) {
        if (given && !name.equals(judge)) {
            throw new LotaException(option + " is for --judge " + judge + ", found --judge " + name + ".");
        }
    }

    private String needed(@Nullable String value, String option) {
        if (value == null) {
            throw new LotaException("--judge " + name + " needs " + option + ".");
        }
        return value;
    }
}
