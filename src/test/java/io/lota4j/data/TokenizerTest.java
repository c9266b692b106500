package io.lota4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
        Files.writeString(file, "{}");
        assertThatThrownBy(() -> Tokenizer.of(dir))
                .isInstanceOf(LotaException.class)
                .hasMessage(file + " has no vocabulary under model.vocab; expected an object or a list.");
        Files.writeString(file, "{\"model\":{\"vocab\":{\"a\":-1}}}");
        assertThatThrownBy(() -> Tokenizer.of(dir))
                .isInstanceOf(LotaException.class)
                .hasMessage(file + ": the token 'a' must have an id from 0 to 9999999, found -1.");
        Files.writeString(file, "{\"version\":\"1.0\",\"model\":{\"type\":\"Unheard\",\"vocab\":{\"a\":0}}}");
        assertThatThrownBy(() -> Tokenizer.of(dir))
                .isInstanceOf(LotaException.class)
                .hasMessageStartingWith(file + " is not a tokenizer this version reads: ");
    }
}
