package io.lota4j.internal.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.data.Example;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PreviewTest {
    @Test
    void marksWhatCarriesLossAndShowsLineBreaks() {
        try (Tokenizer tokenizer = Tokenizer.of(ModelDirs.golden("byte-level"))) {
            int[] ids = tokenizer.encode("<|im_start|>a\tb\na<|im_end|>\nb");
            boolean[] scored = new boolean[ids.length];
            scored[5] = true;
            scored[6] = true;
            Example example = new Example(3, ids, scored, 5, "", "");
            assertThat(Preview.text(example, tokenizer)).isEqualTo("""
                row 3: 9 tokens, 2 with loss [in brackets]
                <|im_start|>·a·\\t·b·\\n
                [a][<|im_end|>]\\n
                b
                """);
        }
    }

    /// Neither half of a character can be read.
    @Test
    void showsCharactersWhole() {
        try (Tokenizer tokenizer = Tokenizer.of(ModelDirs.golden("byte-level"))) {
            int[] ids = tokenizer.encode("a\u65e5\ud83d\ude00b");
            assertThat(ids).hasSize(9);
            boolean[] scored = new boolean[ids.length];
            Arrays.fill(scored, 4, 9, true);
            assertThat(Preview.text(new Example(0, ids, scored, 1, "", ""), tokenizer))
                    .isEqualTo("""
                        row 0: 9 tokens, 5 with loss [in brackets]
                        a·\u65e5[\ud83d\ude00][b]
                        """);
            // Where a character carries loss in part, its parts are told apart.
            scored[4] = false;
            assertThat(Preview.text(new Example(0, ids, scored, ids, "", ""), tokenizer))
                    .isEqualTo("""
                        row 0: 9 tokens, 4 with loss [in brackets]
                        a·\u65e5·\ufffd[\ufffd][\ufffd][\ufffd][b]
                        """);
            assertThat(Preview.text(new Example(0, ids, scored, new int[] {ids[4], ids[5]}, "", ""), tokenizer))
                    .endsWith("generation starts from other tokens: \ufffd·\ufffd\n");
        }
    }

    @Test
    void showsInvisibleCharacters() {
        try (Tokenizer tokenizer = Tokenizer.of(ModelDirs.golden("metaspace"))) {
            int id = tokenizer.id("<0x0A>").orElseThrow();
            Example example = new Example(0, new int[] {id, 359, 261}, new boolean[] {false, true, true}, 1, "", "");
            assertThat(Preview.text(example, tokenizer)).isEqualTo("""
                row 0: 3 tokens, 2 with loss [in brackets]
                <0x0A>[ ][\\n]
                """);
        }
    }
}
