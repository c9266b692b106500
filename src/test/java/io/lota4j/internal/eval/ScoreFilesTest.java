package io.lota4j.internal.eval;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.data.Dataset;
import io.lota4j.eval.Evaluation;
import io.lota4j.eval.ExampleScore;
import io.lota4j.eval.Verdict;
import io.lota4j.internal.Text;
import io.lota4j.internal.data.ExampleEncoder.EncodeResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ScoreFilesTest {
    private static final Dataset DATA =
            new Dataset(Path.of("d.jsonl"), "abc", 10, List.of(), List.of(new EncodeResult.TooLong(1, 99)));

    private static final Evaluation GENERATED = new Evaluation(
            List.of(
                    new ExampleScore(0, 3, -1.5, "Yes\n\"", Verdict.CORRECT),
                    new ExampleScore(2, 1, -0.5, "", Verdict.UNPARSED),
                    new ExampleScore(3, 4, -6, "no", Verdict.WRONG),
                    new ExampleScore(4, 0, 0, "no", Verdict.WRONG)),
            100,
            2,
            20,
            4);

    @TempDir
    Path folder = Path.of("");

    @Test
    void aSummaryOfScoresAlone() throws IOException {
        Evaluation scores = new Evaluation(List.of(new ExampleScore(0, 4, -3, null, null)), 9, 1, 0, 0);
        JsonNode json = summary(scores);
        assertThat(json.propertyNames())
                .containsExactly("loss", "examples", "response_tokens", "left_out", "data_sha256", "tokens", "seconds");
        assertThat(json.path("loss").asDouble()).isEqualTo(0.75);
        assertThat(json.path("examples").asInt()).isEqualTo(1);
        assertThat(json.path("response_tokens").asInt()).isEqualTo(4);
        assertThat(json.path("left_out").asInt()).isEqualTo(1);
        assertThat(json.path("data_sha256").asString()).isEqualTo("abc");
    }

    @Test
    void aSummaryWithAnswers() throws IOException {
        JsonNode json = summary(GENERATED);
        assertThat(json.propertyNames())
                .containsExactly(
                        "loss",
                        "examples",
                        "response_tokens",
                        "accuracy",
                        "correct",
                        "unparsed",
                        "left_out",
                        "data_sha256",
                        "tokens",
                        "seconds",
                        "generated_tokens",
                        "generation_seconds");
        assertThat(json.path("loss").asDouble()).isEqualTo(1.0);
        assertThat(json.path("accuracy").asDouble()).isEqualTo(0.25);
        assertThat(json.path("correct").asInt()).isEqualTo(1);
        assertThat(json.path("unparsed").asInt()).isEqualTo(1);
        assertThat(json.path("generated_tokens").asInt()).isEqualTo(20);
    }

    @Test
    void detailsAreOneRowAnExample() throws IOException {
        Path file = folder.resolve("details.jsonl");
        ScoreFiles.write(GENERATED, DATA, null, file);
        assertThat(Files.readAllLines(file))
                .containsExactly(
                        row(0, 3, -1.5, "Yes\\n\\\"", true),
                        row(2, 1, -0.5, "", false),
                        row(3, 4, -6.0, "no", false),
                        row(4, 0, 0.0, "no", false));
        assertThat(Files.readString(file)).endsWith("}\n");
    }

    @Test
    void detailsWithoutAnswersSayNull() throws IOException {
        Path file = folder.resolve("details.jsonl");
        Evaluation scores = new Evaluation(List.of(new ExampleScore(5, 4, -3, null, null)), 9, 1, 0, 0);
        ScoreFiles.write(scores, DATA, null, file);
        assertThat(Files.readString(file))
                .isEqualTo("{\"index\":5,\"response_tokens\":4,\"sum_logprob\":-3.0,\"generated\":null,"
                        + "\"correct\":null}\n");
    }

    private JsonNode summary(Evaluation scores) throws IOException {
        Path file = folder.resolve("scores.json");
        ScoreFiles.write(scores, DATA, file, null);
        return JsonMapper.shared().readTree(Files.readString(file));
    }

    private static String row(int index, int tokens, double sum, String generated, boolean correct) {
        return Text.format(
                "{\"index\":%d,\"response_tokens\":%d,\"sum_logprob\":%s,\"generated\":\"%s\",\"correct\":%s}",
                index, tokens, sum, generated, correct);
    }
}
