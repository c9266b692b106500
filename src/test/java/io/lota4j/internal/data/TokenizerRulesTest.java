package io.lota4j.internal.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Files that end the JVM where the native library is given them. That each does so was seen with tokenizers 0.21.4.
class TokenizerRulesTest {
    private static final String MODEL =
            "\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0, \"b\": 1, \"ab\": 2}, \"merges\": []}";

    @TempDir
    private Path folder = Path.of("");

    private Tokenizer tokenizer(String parts) throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), "{" + parts + ", " + MODEL + "}");
        return Tokenizer.of(folder);
    }

    private void refuses(String parts, String what) {
        assertThatThrownBy(() -> tokenizer(parts))
                .isInstanceOf(LotaException.class)
                .hasMessage(folder.resolve("tokenizer.json") + ": " + what
                        + ". The library of the tokenizers cannot be given such a file.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "'decoder': {'type': 'Fuse', 'x': 1e999} | A number is out of the range of numbers",
                "'decoder': {'type': 'Fuse', 'x': NaN} | A number is out of the range of numbers",
                "'decoder': {'type': 'Fuse', 'x': '\\ud800'} | A text holds half a surrogate pair",
                "'decoder': {'type': 'Strip', 'content': ' ', 'start': 0, 'stop': 1} | A decoder strips the ends of"
                        + " tokens ('stop' is 1), and has to be there for tokens without an end too",
                "'pre_tokenizer': {'type': 'FixedLength', 'length': 0} | 'pre_tokenizer' makes pieces of length 0",
                "'added_tokens': [{'id': 3, 'content': ''}] | An added token has no text",
                "'normalizer': {'type': 'Strip', 'strip_left': true, 'strip_right': true}, 'added_tokens': [{'id': 3,"
                        + " 'content': ' ', 'normalized': true}] | Nothing may be left of the added token # # when it"
                        + " is normalized by Strip",
                "'post_processor': {'type': 'TemplateProcessing', 'single': [{'SpecialToken': {'id': 'x', 'type_id':"
                        + " 0}}], 'pair': [], 'special_tokens': {}} | 'post_processor' takes the token #x#, which is"
                        + " not among its 'special_tokens'",
                "'normalizer': {'type': 'Precompiled', 'precompiled_charsmap': 'AAAAAA=='} | 'precompiled_charsmap' is"
                        + " damaged: it leads to places that it does not have",
            })
    void whatTheNativeLibraryTakesForGrantedIsLookedAtBefore(String parts, String what) {
        refuses(parts.replace('\'', '"'), what.replace('\'', '"').replace('#', '\''));
    }

    @Test
    void nestsAreNotDeeperThanTheNativeLibraryReads() {
        refuses(
                "\"decoder\": {\"type\": \"Fuse\", \"x\": " + "[".repeat(130) + "]".repeat(130) + "}",
                "More than 100 values stand within each other");
    }

    private static String split(String regex) {
        return "\"pre_tokenizer\": {\"type\": \"Split\", \"pattern\": {\"Regex\": \"" + regex
                + "\"}, \"behavior\": \"Isolated\", \"invert\": false}";
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '^',
            value = {"(a+)+b", "((a|b)*c?)*d", "(?:x(a{2,})y)+", "(a{1,99})*", "([ab]+ ?)+$", "a(b(c+))*"})
    void endlessRepetitionsWithinEndlessOnesAreRefused(String regex) {
        refuses(
                split(regex),
                "A pattern of \"pre_tokenizer\" repeats without end what is repeated without end, which may take for"
                        + " ever");
    }

    @Test
    void deepAndLongPatternsAreRefused() {
        refuses(split("[".repeat(300) + "a"), "A pattern of \"pre_tokenizer\" has more than 256 groups and sets");
        refuses(split("(".repeat(300) + "a"), "A pattern of \"pre_tokenizer\" has more than 256 groups and sets");
        refuses(split("a".repeat(5000)), "A pattern of \"pre_tokenizer\" has 5000 characters, more than 4096");
    }

    /// Those of GPT-2, Llama 3, GPT-4o and DeepSeek.
    @ParameterizedTest
    @CsvSource(
            delimiter = '^',
            quoteCharacter = '~',
            value = {
                "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
                "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}|"
                        + " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
                "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+"
                        + "(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+",
                "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~~][A-Za-z]+|[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*",
                "(ab|c){1,3}(?:d?e){2}f++g*?",
            })
    void patternsOfRealTokenizersAreTaken(String regex) {
        assertThat(TokenizerPattern.problem(regex)).isEmpty();
    }

    @Test
    void aTextIsNotLongerThanAPatternCanGoBackOver() throws IOException {
        try (Tokenizer tokenizer = tokenizer(split("\\\\s*[\\\\r\\\\n]+|\\\\s+"))) {
            assertThatThrownBy(() -> tokenizer.encode(" ".repeat(4_000_001)))
                    .isInstanceOf(LotaException.class)
                    .hasMessage("A text of 4,000,001 characters is too long to be made tokens of; the longest may have"
                            + " 4,000,000.");
        }
    }

    @Test
    void aTextThatTheModelHasNoTokenForIsRefused() throws IOException {
        Files.writeString(
                folder.resolve("tokenizer.json"),
                "{\"model\": {\"type\": \"WordLevel\", \"vocab\": {\"a\": 0}, \"unk_token\": \"<unk>\"}}");
        try (Tokenizer tokenizer = Tokenizer.of(folder)) {
            assertThatThrownBy(() -> tokenizer.encode("b"))
                    .isInstanceOf(LotaException.class)
                    .hasMessageContaining("a text cannot be made tokens of: WordLevel error");
        }
    }

    @Test
    void idsThatNoVocabularyHasAreRefused() throws IOException {
        try (Tokenizer tokenizer = tokenizer(
                "\"post_processor\": {\"type\": \"BertProcessing\", \"sep\": [\"b\", 4294967295], \"cls\": [\"a\","
                        + " 0]}")) {
            assertThatThrownBy(tokenizer::prefix)
                    .isInstanceOf(LotaException.class)
                    .hasMessageEndingWith("gives a text the id 4294967295, which no vocabulary has.");
        }
    }

    /// The texts that stand for control tokens would be nothing, and be found within characters.
    @Test
    void controlTokensThatANormalizerTakesOutAreNotRenamed() throws IOException {
        try (Tokenizer tokenizer = tokenizer("\"normalizer\": {\"type\": \"BertNormalizer\", \"clean_text\": true,"
                + " \"handle_chinese_chars\": true, \"strip_accents\": null, \"lowercase\": true},"
                + " \"added_tokens\": [{\"id\": 3, \"content\": \"<s>\", \"normalized\": true, \"single_word\": false,"
                + " \"lstrip\": false, \"rstrip\": false, \"special\": true}]")) {
            assertThatThrownBy(() -> tokenizer.twin(java.util.Map.of("<s>", Character.toString(0xF0000))))
                    .isInstanceOf(LotaException.class)
                    .hasMessageStartingWith("A row holds the text of a control token, which this tokenizer cannot be"
                            + " made to read as text; remove it from the row.");
        }
    }

    /// One id of nine million would be as many names.
    @Test
    void idsWithoutTokensTakeNoMemory() throws IOException {
        Files.writeString(
                folder.resolve("tokenizer.json"),
                "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0, \"b\": 9000000}, \"merges\": []}}");
        try (Tokenizer tokenizer = Tokenizer.of(folder)) {
            assertThat(tokenizer.piece(0)).isEqualTo("a");
            assertThat(tokenizer.piece(77)).isEqualTo("<id 77>");
            assertThat(tokenizer.isKnown(77)).isFalse();
        }
    }

    /// Makes `b` of `a`.
    private static byte[] charsmap(int units, int offset, int place, String texts) {
        byte[] utf8 = texts.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * (1 + units) + utf8.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(Integer.BYTES * units)
                .put(Integer.BYTES * (1 + units), utf8);
        // The root leads to the second block, and there the unit of the letter to its neighbour, a leaf.
        bytes.putInt(Integer.BYTES, offset << 10);
        bytes.putInt(Integer.BYTES * (1 + (256 ^ 'a')), 'a' | 1 << 8 | 1 << 10);
        bytes.putInt(Integer.BYTES * (1 + (256 ^ 'a' ^ 1)), place | Integer.MIN_VALUE);
        return bytes.array();
    }

    @Test
    void aWholePrecompiledNormalizationIsTaken() throws IOException {
        byte[] whole = charsmap(512, 256, 0, "b\0");
        assertThat(Charsmap.isWhole(whole)).isTrue();
        String charsmap = Base64.getEncoder().encodeToString(whole);
        try (Tokenizer tokenizer = tokenizer(
                "\"normalizer\": {\"type\": \"Precompiled\", \"precompiled_charsmap\": \"" + charsmap + "\"}")) {
            assertThat(tokenizer.encode("a")).containsExactly(1);
        }
    }

    @Test
    void aPrecompiledNormalizationThatLeadsOutOfItselfIsRefused() {
        assertThat(Charsmap.isWhole(charsmap(400, 256, 0, "b\0"))).isFalse();
        assertThat(Charsmap.isWhole(charsmap(512, 512, 0, "b\0"))).isFalse();
        assertThat(Charsmap.isWhole(charsmap(512, 256, 2, "b\0"))).isFalse();
        assertThat(Charsmap.isWhole(charsmap(512, 256, 1, "ö\0"))).isFalse();
        assertThat(Charsmap.isWhole(new byte[0])).isFalse();
    }
}
