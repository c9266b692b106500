package io.lota4j;

import static org.assertj.core.api.Assertions.assertThat;

import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.JavaFormatterOptions;
import com.palantir.javaformat.java.JavaFormatterOptions.Style;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Holds the layout of every Java source to palantir-java-format.
///
/// `mvn test -Dtest=FormattingTest -Dlota.format=write` formats the sources instead.
class FormattingTest {
    private static final boolean WRITE = "write".equals(System.getProperty("lota.format"));

    private static final int COLUMNS = 120;

    private final Formatter formatter = Formatter.createFormatter(JavaFormatterOptions.builder()
            .style(Style.PALANTIR)
            .formatJavadoc(false)
            .build());

    @Test
    void everySourceIsFormatted() throws IOException, FormatterException {
        List<Path> unformatted = new ArrayList<>();
        for (Path source : sources()) {
            String before = Files.readString(source);
            assertThat(before.lines().filter(FormattingTest::isLongComment))
                    .as("%s: comment lines over %d columns, which the formatter would break in two", source, COLUMNS)
                    .isEmpty();
            String after = formatter.formatSourceAndFixImports(before);
            if (after.equals(before)) {
                continue;
            }
            if (WRITE) {
                Files.writeString(source, after);
            } else {
                unformatted.add(source);
            }
        }
        assertThat(unformatted)
                .as("files to format with: mvn test -Dtest=FormattingTest -Dlota.format=write")
                .isEmpty();
    }

    private static boolean isLongComment(String line) {
        return line.length() > COLUMNS && line.strip().startsWith("//");
    }

    private static List<Path> sources() throws IOException {
        try (var files = Files.walk(Path.of("src"))) {
            return files.filter(f -> f.toString().endsWith(".java")).sorted().toList();
        }
    }
}
