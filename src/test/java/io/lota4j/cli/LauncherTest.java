package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.LauncherClone;
import io.lota4j.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The script `lota`, in a clone that is built already.
class LauncherTest {
    /// The letter is written as bash spells its bytes: no locale has a part in it.
    private static final String LETTERS = """
        e=$'\\xc3\\xa9'
        mkdir "d$e"
        mv base "d$e/base"
        ./lota mask random --model "d$e/base" --out "d$e/m$e" --sparsity 0.9
        test -f "d$e/m$e"
        ./lota eval --model "d$e/base" --data rows.jsonl --prompt "is {q$e}" --completion '{a}' --preview 1
        """;

    @TempDir
    private Path folder = Path.of("");

    @BeforeEach
    void prepare() throws IOException {
        TinyModel.write(folder.resolve("base"), 16, 1);
        Files.writeString(folder.resolve("rows.jsonl"), "{\"q\\u00e9\": \"yes\", \"a\": \"1\"}\n");
        LauncherClone.make(folder);
    }

    /// Containers have no locale, which for Java is one without letters but those of ASCII.
    @Test
    void lettersAreKeptWithoutALocale() throws IOException, InterruptedException {
        // A preview has dots between tokens.
        assertThat(Processes.output(LauncherClone.bash(folder, LETTERS)).replace("\u00b7", ""))
                .contains("d\u00e9/m\u00e9: 384 of 3,840 weights trainable")
                .contains("is yes");
    }
}
