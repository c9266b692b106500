package io.lota4j.internal.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunFilesTest {
    private static final RunFile FILE = new RunFile(
            RunFile.FORMAT,
            "two tasks",
            "What it is for.",
            "lota run sequence.yaml",
            "tasks: [sql]\n# \"quoted\"\n",
            new RunFile.Base("tiny", "abc", 1000, 800),
            List.of(new RunFile.Task("sql", "train.jsonl", "ff", 10, 0, 5, true, "ask", null)),
            List.of(
                    new RunFile.Run(
                            "a",
                            "lota 90%",
                            "lota",
                            0.9,
                            1e-3,
                            List.of("sql"),
                            7,
                            Map.of("steps", "40"),
                            null,
                            "kept",
                            Map.of("sql", "")),
                    new RunFile.Run("m", "ties", "merge", null, 1e-3, List.of("sql"), 7, Map.of(), "lota 90%")),
            List.of("tokens a task"),
            Map.of("java", "25"),
            Map.of("processors", "2"),
            "2026-01-02T03:04:05Z",
            12.5,
            true,
            null,
            List.of(),
            List.of(new RunFile.Protection("kept", "freeze region", "decline", "freeze", null, "abc")));

    @TempDir
    private Path folder = Path.of("");

    @Test
    void whatIsWrittenIsRead() {
        Path path = folder.resolve("run.json");
        RunFiles.write(path, FILE);
        assertThat(RunFiles.read(path)).isEqualTo(FILE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"format\" : \"lota4j run 1\" | \"format\" : \"lota4j run 2\""
                        + " | 'format' must be 'lota4j run 1', found \"lota4j run 2\".",
                "\"format\" : \"lota4j run 1\", | `` | 'format' must be 'lota4j run 1', found none.",
                "\"started\" | \"startd\" | 'started' is missing; expected a text.",
                "\"finished\" : true | \"finished\" : true, \"finishd\" : true | unknown key 'finishd';"
                        + " did you mean 'finished'?.",
                "\"seed\" : 7 | \"sead\" : 7, \"seed\" : 7 | runs[0]: unknown key 'sead'; did you mean 'seed'?.",
                "\"pool\" : 800 | \"pool\" : \"x\" | , base: 'pool' must be a whole number, found \"x\".",
                "\"steps\" : \"40\" | \"steps\" : 40 | runs[0]: 'settings.steps' must be a text, found 40.",
                "\"order\" : [ \"sql\" ] | \"order\" : [ 1 ] | 'order[0]' must be a text, found 1.",
                "\"runs\" : [ { | \"runs\" : [ 3, { | runs[0] must be an object, found 3.",
                "\"answers\" : true | \"answers\" : 1 | tasks[0]: 'answers' must be true or false, found 1.",
                "\"pool\" : 800 | \"pool\" : 99999999999999999999 | , base: 'pool' must be a whole number, found 9999",
                "\"trainRows\" : 10 | \"trainRows\" : 99999999999 | tasks[0]: 'trainRows' must be a whole number from 0"
                        + " on, found 99999999999.",
                "\"testRows\" : 5 | \"testRows\" : 5.0 | 'testRows' must be a whole number from 0 on, found 5.0.",
                "\"testRows\" : 5 | \"testRows\" : -5 | 'testRows' must be a whole number from 0 on, found -5.",
                "\"seconds\" : 12.5 | \"seconds\" : \"12.5\" | 'seconds' must be a finite number, found \"12.5\".",
                "\"seconds\" : 12.5 | \"seconds\" : 1e999 | 'seconds' must be a finite number, found",
                "\"seconds\" : 12.5 | \"seconds\" : 1, \"seconds\" : 1 | the key \"seconds\" stands twice",
                "\"seconds\" : 12.5 | \"seconds\" : null | 'seconds' is missing; expected a finite number.",
            })
    void whatDoesNotFitIsRefusedWithItsPlace(String from, String to, String message) throws IOException {
        String text = RunFiles.text(FILE);
        String changed = text.replaceFirst(java.util.regex.Pattern.quote(from), to);
        assertThat(changed).isNotEqualTo(text);
        Path path = Files.writeString(folder.resolve("run.json"), changed);
        assertThatThrownBy(() -> RunFiles.read(path))
                .isInstanceOf(LotaException.class)
                .hasMessageStartingWith(path.toString())
                .hasMessageContaining(message.replace("?.", "?"));
    }

    @Test
    void whatMayBeNullMayBeLeftOut() throws IOException {
        String text = RunFiles.text(FILE).replaceAll(",\\s*\"merged\" : null", "");
        Path path = Files.writeString(folder.resolve("run.json"), text);
        assertThat(RunFiles.read(path)).isEqualTo(FILE);
    }

    @Test
    void aFileThatIsNotThere() {
        assertThatThrownBy(() -> RunFiles.read(folder.resolve("none")))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("none: cannot be read");
    }
}
