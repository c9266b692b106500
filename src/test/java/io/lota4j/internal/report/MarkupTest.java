package io.lota4j.internal.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MarkupTest {
    @Test
    void textAndAttributesAreEscaped() {
        assertThat(Element.of("p", "a < b & \"c\"").with("title", "<\">").toString())
                .isEqualTo("<p title=\"&lt;&quot;&gt;\">a &lt; b &amp; &quot;c&quot;</p>");
        assertThat(Element.of("meta").with("charset", "utf-8").toString()).isEqualTo("<meta charset=\"utf-8\"/>");
        assertThat(Element.of("td").toString()).isEqualTo("<td></td>");
        assertThat(Element.escape("\u0007\uD800\uFFFFé😀\n")).isEqualTo("\uFFFD\uFFFD\uFFFDé😀\n");
    }

    /// HTML does not decode what is escaped in a style sheet.
    @Test
    void theStyleSheetNeedsNoEscaping() throws IOException {
        try (InputStream in = Objects.requireNonNull(Page.class.getResourceAsStream("report.css"))) {
            String css = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(Element.escape(css)).isEqualTo(css).isNotEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "LOSS | 0.22349 | 0.2235",
                "LOSS | -1.5 | −1.5000",
                "LOSS | -0.00001 | 0.0000",
                "SHARE | 0.9312 | 93.1%",
                "POINTS | -0.224 | −22.4 points",
                "COUNT | 1061683 | 1,061,683",
                "BYTES | 999 | 999 B",
                "BYTES | 8500000 | 8.5 MB",
                "SECONDS | 95.61 | 95.6 s",
                "SECONDS | 734 | 12 min 14 s",
                "SECONDS | 41234 | 11 h 27 min",
                "RATE | 0.0003 | 3e-4",
                "RATE | 0.00025 | 2.5e-4",
                "RATE | 1 | 1e0",
                "FACTOR | 1.3 | 1.30×",
            })
    void unitsAreWritten(NumberFormat unit, double value, String text) {
        assertThat(unit.text(value)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"LOSS, 0.25, 0.25", "LOSS, 2, 2", "SHARE, 0.4, 40%", "SHARE, 0.975, 97.5%", "COUNT, 1000, '1,000'"})
    void ticksHaveNoZerosAtTheEnd(NumberFormat unit, double value, String text) {
        assertThat(unit.tick(value)).isEqualTo(text);
    }

    @Test
    void axesHaveRoundTicksAndRoom() {
        Scale scale = Scale.of(List.of(0.21, 0.79), 4, 100, 200);
        assertThat(scale.step()).isEqualTo(0.2);
        assertThat(scale.ticks()).containsExactly(0.2, 2 * 0.2, 3 * 0.2, 4 * 0.2);
        assertThat(scale.at(0.21)).isBetween(100.0, 105.0);
        assertThat(scale.at(0.79)).isBetween(195.0, 200.0);
        assertThat(Scale.of(List.of(0.2, 0.2), 4, 0, 1).at(0.2)).isBetween(0.0, 1.0);
        assertThat(Scale.of(List.of(0.0), 4, 0, 1).ticks()).isNotEmpty();
        assertThat(Scale.step(0.03)).isEqualTo(0.05);
        assertThat(Scale.step(100)).isEqualTo(100);
    }

    @Test
    void methodsLookDifferent() {
        List<String> names = IntStream.range(0, 56).mapToObj(i -> "method " + i).toList();
        MethodMarks look = MethodMarks.of(names.stream());
        assertThat(names.stream().map(look::of)).doesNotHaveDuplicates();
    }

    @Test
    void markdownCellsAreText() {
        assertThat(Table.escape("a|b_c\n<d>")).isEqualTo("a\\|b\\_c \\<d\\>");
    }
}
