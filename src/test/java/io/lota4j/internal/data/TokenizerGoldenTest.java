package io.lota4j.internal.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Holds ids and chat renderings to those of Hugging Face's tokenizers and transformers.
class TokenizerGoldenTest {
    @ParameterizedTest
    @ValueSource(strings = {"byte-level", "metaspace"})
    void idsAndTextsAreEqual(String kind) {
        JsonNode golden = ModelJson.required(ModelDirs.golden(kind).resolve("golden.json"))
                .node();
        try (Tokenizer tokenizer = Tokenizer.of(ModelDirs.golden(kind))) {
            for (JsonNode text : golden.path("encode")) {
                int[] expected = ids(text.path("ids_without_special"));
                String input = text.path("text").asString();
                assertThat(tokenizer.encode(input)).as(input).isEqualTo(expected);
                assertThat(tokenizer.decode(expected, false))
                        .as(input)
                        .isEqualTo(text.path("decoded").asString());
                int[] whole = ids(text.path("ids"));
                assertThat(concat(tokenizer.prefix(), expected)).as(input).isEqualTo(whole);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"byte-level", "metaspace"})
    void renderingsAreEqual(String kind) {
        ChatTemplate template = ChatTemplate.of(ModelDirs.golden(kind));
        for (JsonNode chat : ModelJson.required(ModelDirs.golden(kind).resolve("golden.json"))
                .node()
                .path("chat")) {
            List<Message> messages = new ArrayList<>();
            chat.path("messages")
                    .forEach(m -> messages.add(new Message(
                            m.path("role").asString(), m.path("content").asString())));
            assertThat(template.render(messages, false))
                    .isEqualTo(chat.path("text").asString());
            assertThat(template.render(messages, true))
                    .isEqualTo(chat.path("text_with_generation_prompt").asString());
        }
    }

    private static int[] concat(int[] first, int[] second) {
        return IntStream.concat(Arrays.stream(first), Arrays.stream(second)).toArray();
    }

    private static int[] ids(JsonNode list) {
        return list.valueStream().mapToInt(JsonNode::asInt).toArray();
    }
}
