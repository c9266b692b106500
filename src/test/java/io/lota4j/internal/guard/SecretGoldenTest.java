package io.lota4j.internal.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.Golden;
import io.lota4j.demo.DemoFiles;
import io.lota4j.guard.Binding;
import io.lota4j.guard.Expectation;
import io.lota4j.guard.Outcome;
import io.lota4j.guard.ProbeAnswer;
import io.lota4j.guard.ProbeTemplate;
import io.lota4j.guard.SecretUse;
import io.lota4j.internal.data.ChatTemplate;
import io.lota4j.internal.data.ExampleEncoder;
import io.lota4j.internal.data.ExampleFormat;
import io.lota4j.internal.data.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What is told of a secret, against what is written down of it.
class SecretGoldenTest {
    private static JsonNode golden() throws IOException {
        return JsonMapper.shared().readTree(Files.readString(Golden.path("safeguards/mix.json")));
    }

    private static int[] ids(JsonNode node) {
        return node.valueStream().mapToInt(JsonNode::asInt).toArray();
    }

    @Test
    void eightTokensOneAfterTheOtherAreALeak() throws IOException {
        JsonNode leak = golden().get("leak");
        for (int answer = 0; answer < leak.get("answers").size(); answer++) {
            assertThat(Secrets.leaks(
                            ids(leak.get("secret")), ids(leak.get("answers").get(answer))))
                    .isEqualTo(leak.get("leaks").get(answer).asBoolean());
        }
    }

    @Test
    void aBoundIsWhatTheSecretAddsToTheOthers() throws IOException {
        JsonNode secret = golden().get("secret");
        List<ProbeAnswer> answers = new ArrayList<>();
        for (SecretUse use : SecretUse.values()) {
            JsonNode counts = secret.get("table").get(use.word());
            addTo(answers, use, Expectation.DECLINE, ids(counts.get("decline")));
            addTo(answers, use, Expectation.ANSWER, ids(counts.get("answer")));
        }
        Binding binding = Binding.of(answers);
        assertThat(binding.bound().orElseThrow()).isCloseTo(secret.get("bound").asDouble(), within(1e-9));
        assertThat(binding.right().orElseThrow())
                .isCloseTo(secret.at("/declined/right").asDouble(), within(1e-9));
        assertThat(binding.wrong().orElseThrow())
                .isCloseTo(secret.at("/declined/wrong").asDouble(), within(1e-9));
    }

    private static void addTo(List<ProbeAnswer> answers, SecretUse use, Expectation expect, int[] declinedOf) {
        for (int row = 0; row < declinedOf[1]; row++) {
            answers.add(new ProbeAnswer(
                    expect.word() + row,
                    "all",
                    expect,
                    new ProbeAnswer.Form("chat", null, 0, use),
                    0,
                    "",
                    "x",
                    1,
                    true,
                    row < declinedOf[0] ? Outcome.DECLINED : Outcome.COMPLIED,
                    "words",
                    null,
                    false,
                    false,
                    null,
                    Map.of()));
        }
    }

    /// Of the demo's tokenizer, in which every letter is a token.
    @Test
    void answersWithMoreTokensTakePartInAPrefill(@TempDir Path folder) throws IOException {
        DemoFiles.writeConfiguration(folder);
        JsonNode prefill = golden().get("prefill");
        int[] tokens = ids(prefill.get("answer_tokens"));
        try (Tokenizer tokenizer = Tokenizer.of(folder)) {
            ExampleEncoder chat =
                    new ExampleEncoder(tokenizer, ChatTemplate.of(folder), ExampleFormat.of(null, null), 1024);
            ProbeEncoder encoder = new ProbeEncoder(chat, () -> chat);
            for (JsonNode one : prefill.get("cases")) {
                int k = one.get("k").asInt();
                int[] taking = IntStream.range(0, tokens.length)
                        .filter(row -> encoder.prefilled(
                                        Integer.toString(row), ProbeTemplate.CHAT, "abc", "x".repeat(tokens[row]), k)
                                .isPresent())
                        .toArray();
                assertThat(taking).as("k = " + k).isEqualTo(ids(one.get("rows")));
            }
        }
    }
}
