package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.lota4j.cli.Commands.CommandEntry;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every command line that a page shows in a block of code is one that its command takes.
class DocumentedCommandsTest {
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```(?:|sh|bash|shell)\n(.*?)^```$");
    private static final Pattern COMMAND = Pattern.compile("^(?:[A-Z_]+=\\S+ )*(?:\\./)?lota (.*)$");
    private static final Pattern WORD = Pattern.compile("'([^']*)'|\"([^\"]*)\"|(\\S+)");

    /// What ends a command for the shell.
    private static final Pattern END = Pattern.compile("[|&;>].*|2>.*|<.*|#.*");

    record Shown(String page, List<String> words) {
        @Override
        public String toString() {
            return page + ": lota " + String.join(" ", words);
        }
    }

    static List<Shown> commands() throws IOException {
        List<Path> pages = new ArrayList<>(List.of(Path.of("README.md"), Path.of("docs/evidence/README.md")));
        try (Stream<Path> docs = Files.list(Path.of("docs"))) {
            docs.filter(file -> file.toString().endsWith(".md")).sorted().forEach(pages::add);
        }
        List<Shown> shown = new ArrayList<>();
        for (Path page : pages) {
            Matcher block = BLOCK.matcher(Files.readString(page));
            while (block.find()) {
                block.group(1)
                        .replace("\\\n", " ")
                        .lines()
                        .map(line -> COMMAND.matcher(line.strip()))
                        .filter(Matcher::matches)
                        // A synopsis names kinds of arguments, not arguments.
                        .filter(line -> !line.group(1).contains("..."))
                        .map(line -> new Shown(page.toString(), words(line.group(1))))
                        .forEach(shown::add);
            }
        }
        return shown;
    }

    private static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        Matcher word = WORD.matcher(line);
        while (word.find()) {
            if (word.group(3) == null) {
                words.add(word.group(1) == null ? word.group(2) : word.group(1));
            } else if (END.matcher(word.group(3)).matches()) {
                break;
            } else {
                words.add(word.group(3));
            }
        }
        return words;
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandShownIsTaken(Shown shown) {
        List<String> words = shown.words();
        if (words.getFirst().startsWith("-") || words.getFirst().equals("help")) {
            return;
        }
        CommandEntry entry = Commands.standard().find(words.getFirst()).orElseThrow();
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());

        assertThatCode(() -> CommandLines.of(entry, nowhere, nowhere)
                        .parseArgs(words.subList(1, words.size()).toArray(String[]::new)))
                .doesNotThrowAnyException();
    }

    @Test
    void pagesShowMostCommands() throws IOException {
        List<String> shown = commands().stream()
                .map(command -> command.words().getFirst())
                .distinct()
                .toList();

        assertThat(shown)
                .contains("calibrate", "train", "eval", "merge", "export", "import", "run", "report", "ticket");
    }
}
