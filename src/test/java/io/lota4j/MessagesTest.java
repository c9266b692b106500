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
            "a response token over",
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
}
