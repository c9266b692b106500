package io.lota4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What is said to people, over all literals of the sources.
class MessagesTest {
    private static final Path SOURCES = Path.of("src/main/java/io/lota4j");
    private static final Pattern COMMENT = Pattern.compile("(?m)^\\s*//.*$");
    private static final Pattern LITERAL = Pattern.compile("\"(?:[^\"\\\\\\n]|\\\\.)*\"");
    private static final Pattern FLAG = Pattern.compile("--[a-z%]");

    /// Flags of the JVM, and a property of a style sheet.
    private static final List<String> OTHERS = List.of("--enable-native-access", "--add-modules", "\"--v:");

    /// Phrases that nobody understood, with what is said instead.
    private static final List<String> RIDDLES = List.of(
            "has no part in",
            "this is a defect",
            "What came of it",
            "a response token",
            "tokens a second",
            "Examples a pass",
            "Passes a step",
            "given again",
            "Again for a list",
            "most was lost of",
            "goes on from there",
            "The same command goes on",
            "To start anew",
            "to start anew",
            "no plain file name",
            "likewise.");

    private static final List<String> MARKDOWN = List.of("report/Table.java", "checkpoint/ModelCard.java");

    /// What an exception is made of first.
    private static final Pattern THROWN =
            Pattern.compile("new LotaException\\(\\s*(?:Text\\.format\\(\\s*)?\"((?:[^\"\\\\\\n]|\\\\.)+)\"");

    /// Whose exceptions are reasons that stand behind a file and a line.
    private static final List<String> REASONS = List.of("file/JsonRow.java", "file/JsonArray.java");

    /// Places that begin in lower case.
    private static final List<String> PLACES = List.of("task %s: ", "chat_template: ", "llama.cpp");

    private record Literal(Path file, String text) {}

    private static List<Literal> literals() throws IOException {
        List<Literal> literals = new ArrayList<>();
        try (Stream<Path> files = Files.walk(SOURCES)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".java")).toList()) {
                Matcher literal =
                        LITERAL.matcher(COMMENT.matcher(Files.readString(file)).replaceAll(""));
                while (literal.find()) {
                    literals.add(new Literal(file, literal.group()));
                }
            }
        }
        return literals;
    }

    /// Who uses the library has no command line.
    @Test
    void theLibraryNamesNoFlags() throws IOException {
        assertThat(literals())
                .filteredOn(literal -> !literal.file().startsWith(SOURCES.resolve("cli")))
                .filteredOn(literal -> FLAG.matcher(literal.text()).find())
                .filteredOn(literal -> OTHERS.stream().noneMatch(literal.text()::contains))
                .isEmpty();
    }

    @Test
    void plainWordsAreUsed() throws IOException {
        assertThat(literals())
                .hasSizeGreaterThan(1000)
                .filteredOn(literal -> RIDDLES.stream().anyMatch(literal.text()::contains))
                .isEmpty();
    }

    /// Names stand in single quotes. Where text becomes Markdown, backticks are marks of it.
    @Test
    void thereIsOneKindOfQuotes() throws IOException {
        assertThat(literals())
                .filteredOn(literal -> MARKDOWN.stream().noneMatch(literal.file()::endsWith))
                .filteredOn(literal -> literal.text().indexOf('`') >= 0)
                .isEmpty();
    }

    /// An exception's message is a whole sentence: it begins with a capital, a quantity or a place such as a file.
    @Test
    void messagesBeginAsSentencesDo() throws IOException {
        List<String> beginnings = new ArrayList<>();
        try (Stream<Path> files = Files.walk(SOURCES)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".java")).toList()) {
                if (REASONS.stream().anyMatch(file::endsWith)) {
                    continue;
                }
                THROWN.matcher(Files.readString(file)).results().forEach(m -> beginnings.add(m.group(1)));
            }
        }
        assertThat(beginnings)
                .hasSizeGreaterThan(300)
                .filteredOn(text -> Character.isLowerCase(text.charAt(0)))
                .filteredOn(text -> PLACES.stream().noneMatch(text::startsWith))
                .isEmpty();
    }
}
