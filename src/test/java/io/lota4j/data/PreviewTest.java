package io.lota4j.data;

import static org.assertj.core.api.Assertions.assertThat;

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
