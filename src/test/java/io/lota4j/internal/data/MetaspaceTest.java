package io.lota4j.internal.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.data.Example;
import io.lota4j.internal.data.ExampleEncoder.EncodeResult;
import io.lota4j.internal.data.file.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/// Tokenizers of SentencePiece's kind: Unigram pieces, and `▁` for the space before a word, which some put before a
/// text that has none.
class MetaspaceTest {
    private static final String TEMPLATE = "{{ bos_token }}{% for m in messages %}<|im_start|>{{ m.role }}\n"
            + "{{ m.content }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n"
            + "{% endif %}";

    private static final List<String> PIECES =
            List.of("▁", "▁user", "user", "▁assistant", "assistant", "\n", "▁a", "a", "▁b", "b", "\na", "fi", "é");

    @TempDir
    Path dir;

    /// The labels are of the tokens in place, whatever the tokenizer puts before a stretch.
    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', textBlock = """
        never,  null,              a b,  `<s>|<|im_start|>|user|\\n|b|<|im_end|>|\\n|<|im_start|>|assistant|[\\na]|[▁b]|[<|im_end|>]`
        always, null,              a b,  `<s>|<|im_start|>|▁user|\\n|b|<|im_end|>|▁|\\n|<|im_start|>|▁assistant|[\\na]|[▁b]|[<|im_end|>]`
        never,  `{"type":"NFKC"}`, ﬁ,  `<s>|<|im_start|>|user|\\n|b|<|im_end|>|\\n|<|im_start|>|assistant|\\n|[fi]|[<|im_end|>]`
        never,  `{"type":"NFC"}`,  béb, `<s>|<|im_start|>|user|\\n|b|<|im_end|>|\\n|<|im_start|>|assistant|\\n|[b]|[é]|[b]|[<|im_end|>]`
        never,  null,              日b, `<s>|<|im_start|>|user|\\n|b|<|im_end|>|\\n|<|im_start|>|assistant|\\n|[<unk>]|[b]|[<|im_end|>]`
        never,  null,              😀b, `<s>|<|im_start|>|user|\\n|b|<|im_end|>|\\n|<|im_start|>|assistant|\\n|[<unk>]|[b]|[<|im_end|>]`
        first,  null,              ` a`, `<s>|<|im_start|>|user|\\n|b|<|im_end|>|\\n|<|im_start|>|assistant|\\n|[▁a]|[<|im_end|>]`
        """)
    void labelsAreOfTheTokensInPlace(String scheme, String normalizer, String answer, String tokens)
            throws IOException {
        assertThat(tokens(scheme, normalizer, answer)).isEqualTo(tokens.replace("\\n", "\n"));
    }

    private String tokens(String scheme, String normalizer, String answer) throws IOException {
        List<Object> vocabulary = new ArrayList<>();
        for (String special : List.of("<unk>", "<s>", "</s>", "<|im_start|>", "<|im_end|>")) {
            vocabulary.add(List.of(special, 0));
        }
        for (int i = 0; i < PIECES.size(); i++) {
            vocabulary.add(List.of(PIECES.get(i), -3.0 - PIECES.get(i).length() * 0.01));
        }
        List<Object> added = new ArrayList<>();
        for (int id = 0; id < 5; id++) {
            added.add(Map.of(
                    "id",
                    id,
                    "content",
                    ((List<?>) vocabulary.get(id)).getFirst(),
                    "special",
                    true,
                    "single_word",
                    false,
                    "lstrip",
                    false,
                    "rstrip",
                    false,
                    "normalized",
                    false));
        }
        Files.writeString(dir.resolve("tokenizer.json"), """
            {"version": "1.0", "truncation": null, "padding": null, "added_tokens": %s, "normalizer": %s,
             "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "%s", "split": true},
             "post_processor": null,
             "decoder": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "%s", "split": true},
             "model": {"type": "Unigram", "unk_id": 0, "byte_fallback": false, "vocab": %s}}
            """.formatted(
                        json(added), normalizer, scheme, scheme, json(vocabulary)));
        Files.writeString(dir.resolve("tokenizer_config.json"), ModelDirs.config("<s>", "</s>", TEMPLATE));
        try (Tokenizer tokenizer = Tokenizer.of(dir)) {
            ExampleEncoder encoder =
                    new ExampleEncoder(tokenizer, ChatTemplate.of(dir), ExampleFormat.of(null, null), 512);
            Example example = ((EncodeResult.Encoded)
                            encoder.encode(new Row(0, Map.of("prompt", "b", "completion", answer))))
                    .example();
            List<String> names = new ArrayList<>();
            for (int i = 0; i < example.length(); i++) {
                String name = (String) ((List<?>) vocabulary.get(example.ids()[i])).getFirst();
                names.add(example.labelled()[i] ? "[" + name + "]" : name);
            }
            return String.join("|", names);
        }
    }

    private static String json(Object value) {
        return JsonMapper.shared().writeValueAsString(value);
    }
}
