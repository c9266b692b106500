package io.lota4j.internal.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenizerTest {
    private static final String CUTS = "\"truncation\":{\"direction\":\"Right\",\"max_length\":8,"
            + "\"strategy\":\"LongestFirst\",\"stride\":0},\"padding\":{\"strategy\":{\"Fixed\":16},\"direction\":"
            + "\"Right\",\"pad_to_multiple_of\":null,\"pad_id\":0,\"pad_type_id\":0,\"pad_token\":\"<unk>\"}";

    @TempDir
    Path dir;

    @Test
    void neverCutsNorPads() {
        Path model = ModelDirs.make(dir, "byte-level", TokenizerTest::cutAndPad, "{}");
        try (Tokenizer tokenizer = Tokenizer.of(model)) {
            assertThat(tokenizer.encode("a".repeat(3) + "\n".repeat(2000))).hasSizeGreaterThan(1000);
            assertThat(tokenizer.encode("a")).hasSize(1);
        }
    }

    private static String cutAndPad(String tokenizer) {
        String cutting = tokenizer.replaceFirst(
                "\"truncation\":\\s*null,\\s*\"padding\":\\s*null", java.util.regex.Matcher.quoteReplacement(CUTS));
        assertThat(cutting).contains("max_length");
        return cutting;
    }

    @Test
    void decodeLeavesSpecialTokensOut() {
        try (Tokenizer tokenizer = Tokenizer.of(ModelDirs.golden("byte-level"))) {
            int[] ids = tokenizer.encode("<|im_start|>user\nhi<|im_end|>\n");
            assertThat(tokenizer.decode(ids)).isEqualTo("user\nhi\n");
        }
    }

    @Test
    void piecesKeepTheirSpaces() {
        try (Tokenizer bytes = Tokenizer.of(ModelDirs.golden("byte-level"));
                Tokenizer metaspace = Tokenizer.of(ModelDirs.golden("metaspace"))) {
            assertThat(pieces(bytes, "is: 72\n<|im_end|>")).isEqualTo("is: 72\n<|im_end|>");
            assertThat(pieces(metaspace, "is: 72\n<|im_end|>")).isEqualTo(" is: 72\n<|im_end|>");
        }
    }

    private static String pieces(Tokenizer tokenizer, String text) {
        StringBuilder pieces = new StringBuilder();
        for (int id : tokenizer.encode(text)) {
            pieces.append(tokenizer.piece(id));
        }
        return pieces.toString();
    }

    @Test
    void knowsIdsSizeAndPrefix() {
        try (Tokenizer bytes = Tokenizer.of(ModelDirs.golden("byte-level"));
                Tokenizer metaspace = Tokenizer.of(ModelDirs.golden("metaspace"))) {
            assertThat(bytes.id("<|im_end|>")).hasValue(2);
            assertThat(bytes.id("no such token")).isEmpty();
            assertThat(bytes.size()).isEqualTo(800);
            assertThat(bytes.prefix()).isEmpty();
            assertThat(metaspace.prefix()).containsExactly(1);
        }
    }

    @Test
    void missingFileIsNamed() {
        assertThatThrownBy(() -> Tokenizer.of(dir))
                .isInstanceOf(LotaException.class)
                .hasMessage("The model directory " + dir + " has no tokenizer.json.");
    }

    @Test
    void filesThatAreNoTokenizerAreRefused() throws IOException {
        Path file = dir.resolve("tokenizer.json");
        Files.writeString(file, "{\"model\": ");
        assertThatThrownBy(() -> Tokenizer.of(dir))
                .isInstanceOf(LotaException.class)
                .hasMessageStartingWith(file + " is not valid JSON: the text ends in the middle of a value");
        Files.writeString(file, "{\"version\":\"1.0\",\"model\":{\"type\":\"Unheard\",\"vocab\":{\"a\":0}}}");
        assertThatThrownBy(() -> Tokenizer.of(dir))
                .isInstanceOf(LotaException.class)
                .hasMessageStartingWith(file + " is not a tokenizer this version reads: ");
    }

    /// A value of a wrong type is no default: it is refused with its key, what it is and what it must be.
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {}                                             | "model" must be an object, found nothing.
        []                                             | must be a JSON object, but is array.
        {'model': null}                                | "model" must be an object, found null.
        {'model': []}                                  | "model" must be an object, found [].
        {'model': {}}                                  | "model.vocab" must be an object of tokens and ids, or a list of texts with scores, found nothing.
        {'model': {'vocab': 'a'}}                      | "model.vocab" must be an object of tokens and ids, or a list of texts with scores, found "a".
        {'model': {'vocab': {'a': -1}}}                | "model.vocab.a" must be an id from 0 to 9999999, found -1.
        {'model': {'vocab': {'a': 10000000}}}          | "model.vocab.a" must be an id from 0 to 9999999, found 10000000.
        {'model': {'vocab': {'a': '1'}}}               | "model.vocab.a" must be an id from 0 to 9999999, found "1".
        {'model': {'vocab': {'a': 1.0}}}               | "model.vocab.a" must be an id from 0 to 9999999, found 1.0.
        {'model': {'vocab': {'a': null}}}              | "model.vocab.a" must be an id from 0 to 9999999, found null.
        {'model': {'vocab': ['a']}}                    | "model.vocab[0]" must be a list of a text and its score, found "a".
        {'model': {'vocab': [['a', 0], [1, 0]]}}       | "model.vocab[1]" must be a list of a text and its score, found [1,0].
        {'model': {'vocab': [['a', '0']]}}             | "model.vocab[0]" must be a list of a text and its score, found ["a","0"].
        {'model': {'vocab': {}, 'unk_token': 0}}       | "model.unk_token" must be a text, found 0.
        {'model': {'vocab': [], 'unk_id': '0'}}        | "model.unk_id" must be an id from 0 to 9999999, found "0".
        {'model': {'vocab': {}}, 'added_tokens': {}}   | "added_tokens" must be a list of objects, found {}.
        {'model': {'vocab': {}}, 'added_tokens': [1]}  | "added_tokens[0]" must be an object, found 1.
        {'model': {'vocab': {}}, 'added_tokens': [{'id': 1}]} | "added_tokens[0].content" must be a text, found nothing.
        {'model': {'vocab': {}}, 'added_tokens': [{'id': 1, 'content': 2}]} | "added_tokens[0].content" must be a text, found 2.
        {'model': {'vocab': {}}, 'added_tokens': [{'id': '1', 'content': 'a'}]} | "added_tokens[0].id" must be an id from 0 to 9999999, found "1".
        {'model': {'vocab': {}}, 'added_tokens': [{'id': 1, 'content': 'a', 'special': 'true'}]} | "added_tokens[0].special" must be true or false, found "true".
        {'model': {'vocab': {}}, 'added_tokens': [{'id': 1, 'content': 'a', 'special': 1}]} | "added_tokens[0].special" must be true or false, found 1.
        {'model': {'vocab': {}}, 'decoder': 'ByteLevel'} | "decoder" must be an object or null, found "ByteLevel".
        {'model': {'vocab': {}}, 'decoder': {'type': 1}} | "decoder.type" must be a text, found 1.
        {'model': {'vocab': {}}, 'decoder': {'type': 'Sequence', 'decoders': [{'type': null}]}} | "decoder.decoders[0].type" must be a text, found null.
        """)
    void valuesOfAWrongTypeAreRefused(String json, String message) throws IOException {
        Path file = Files.writeString(dir.resolve("tokenizer.json"), json.replace('\'', '"'));
        assertThatThrownBy(() -> Tokenizer.of(dir))
                .isInstanceOf(LotaException.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageEndingWith(" " + message);
    }
}
