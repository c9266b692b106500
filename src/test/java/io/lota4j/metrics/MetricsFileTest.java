package io.lota4j.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.metrics.Metric.Split;
import io.lota4j.metrics.Metric.Where;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MetricsFileTest {
    private static final List<Metric> METRICS = List.of(
            new Metric(new Where("a", 7, 0, "sql", Split.TEST, 12L, null, null, null), Figure.ACCURACY, 0.5, 10),
            new Metric(Where.stage("b", 7, 1, null), Figure.LOSS, 1e-30, 3));

    @TempDir
    private Path folder = Path.of("");

    @Test
    void whatIsWrittenIsRead() throws IOException {
        Path file = Files.writeString(folder.resolve("metrics.jsonl"), MetricsFile.text(METRICS));
        assertThat(MetricsFile.read(file)).isEqualTo(METRICS);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"run\":\"a\" | \"run\":3 | 'run' must be a text, found 3.",
                "\"run\":\"a\", | `` | 'run' is missing; expected a text.",
                "\"run\":\"a\" | \"run\":\"a\",\"run\":\"b\" | the key \"run\" stands twice",
                "\"seed\":7 | \"seed\":\"7\" | 'seed' must be a whole number, found \"7\".",
                "\"seed\":7 | \"seed\":true | 'seed' must be a whole number, found true.",
                "\"stage\":0 | \"stage\":0.9 | 'stage' must be a whole number from 0 on, found 0.9.",
                "\"step\":12 | \"step\":[12] | 'step' must be a whole number, found [12].",
                "\"task\":\"sql\" | \"task\":{} | 'task' must be a text, found {}.",
                "\"value\":0.5 | \"value\":\"0.5\" | 'value' must be a finite number, found \"0.5\".",
                "\"n\":10 | \"n\":null | 'n' is missing; expected a whole number.",
                "\"n\":10 | \"n\":10,\"m\":1 | unknown key 'm'",
            })
    void whatDoesNotFitIsRefusedWithItsLine(String from, String to, String message) throws IOException {
        String text = MetricsFile.text(METRICS);
        assertThat(text).contains(from);
        Path file = Files.writeString(folder.resolve("metrics.jsonl"), text.replace(from, to));
        assertThatThrownBy(() -> MetricsFile.read(file))
                .isInstanceOf(LotaException.class)
                .hasMessageStartingWith(Text.format("%s, line 1", file))
                .hasMessageContaining(message);
    }
}
