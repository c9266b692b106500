package io.lota4j.internal.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.Golden;
import io.lota4j.LotaException;
import io.lota4j.data.Example;
import io.lota4j.guard.DetectorOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The detector's numbers against what numpy computed.
class DetectorGoldenTest {
    private static final double NEAR = 1e-6;

    private static JsonNode golden() throws IOException {
        return JsonMapper.shared().readTree(Files.readString(Golden.path("safeguards/detector.json")));
    }

    private static double[] numbers(JsonNode list) {
        return list.valueStream().mapToDouble(JsonNode::asDouble).toArray();
    }

    @Test
    void scoresAndConfidences() throws IOException {
        for (JsonNode one : golden().get("scores")) {
            double score = one.get("score").asDouble();
            assertThat(Suspicion.score(one.get("x").asDouble(), one.get("y").asDouble()))
                    .isCloseTo(score, within(NEAR * Math.max(1, score)));
        }
        for (JsonNode one : golden().get("confidence")) {
            double[] tokens = numbers(one.get("logprobs"));
            assertThat(Suspicion.confidence(Arrays.stream(tokens).sum(), tokens.length))
                    .isCloseTo(one.get("confidence").asDouble(), within(NEAR));
        }
    }

    @Test
    void alertsByCalibration() throws IOException {
        JsonNode golden = golden();
        List<Double> calibration =
                golden.get("calibration").valueStream().map(JsonNode::asDouble).toList();
        double rate = golden.get("rate").asDouble();
        for (JsonNode one : golden.get("new")) {
            double p = Suspicion.p(calibration, one.get("score").asDouble());
            assertThat(p).isCloseTo(one.get("p").asDouble(), within(NEAR));
            assertThat(p <= rate).isEqualTo(one.get("alert").asBoolean());
        }
        for (JsonNode one : golden.get("least")) {
            assertThat(new DetectorOptions(
                                    List.of(1.0),
                                    0,
                                    one.get("rate").asDouble(),
                                    DetectorOptions.Auxiliary.TUNED,
                                    1,
                                    1,
                                    0)
                            .least())
                    .isEqualTo(one.get("rows").asInt());
        }
        assertThat(Suspicion.auroc(numbers(golden.get("triggered")), numbers(golden.get("clean"))))
                .hasValue(golden.get("auroc").asDouble());
        assertThat(Suspicion.auroc(new double[0], new double[] {1})).isEmpty();
    }

    @Test
    void classesAreShifted() throws IOException {
        JsonNode golden = golden();
        List<String> answers =
                golden.get("answers").valueStream().map(JsonNode::asString).toList();
        Map<String, String> next = OtherAnswers.shifted(answers);
        assertThat(answers.stream().map(next::get))
                .containsExactlyElementsOf(golden.get("shifted")
                        .valueStream()
                        .map(JsonNode::asString)
                        .toList());
    }

    private static Example row(int number, String answer) {
        int[] ids = {1, 10 + number, 100 + answer.charAt(0), 2};
        return new Example(number, ids, new boolean[] {false, false, true, true}, 2, "prompt " + number, answer);
    }

    /// Whatever answers there are, each row gets another row's tokens behind its own prompt.
    @Test
    void everyRowGetsAWrongAnswer() {
        List<Example> classes = IntStream.range(0, 9)
                .mapToObj(i -> row(i, "abc".charAt(i % 3) + ""))
                .toList();
        List<Example> wrong = OtherAnswers.of(classes, 0);
        for (int i = 0; i < 9; i++) {
            assertThat(wrong.get(i).answer()).isEqualTo("bca".charAt(i % 3) + "");
            assertThat(wrong.get(i).ids()).containsExactly(1, 10 + i, 100 + "bca".charAt(i % 3), 2);
            assertThat(wrong.get(i).labelled()).isEqualTo(classes.get(i).labelled());
        }
        List<Example> free = IntStream.range(0, 6)
                .mapToObj(i -> row(i, "aabcde".charAt(i) + ""))
                .toList();
        List<Example> other = OtherAnswers.of(free, 3);
        for (int i = 0; i < 6; i++) {
            assertThat(other.get(i).answer()).isNotEqualTo(free.get(i).answer());
            assertThat(other.get(i).prompt()).isEqualTo(free.get(i).prompt());
        }
        assertThat(OtherAnswers.of(free, 3))
                .extracting(Example::answer)
                .isEqualTo(other.stream().map(Example::answer).toList());
        assertThatThrownBy(() -> OtherAnswers.of(List.of(row(0, "a"), row(1, "a")), 0))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("All clean rows have the answer 'a'");
    }
}
