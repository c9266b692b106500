package io.lota4j.internal.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.Golden;
import io.lota4j.LotaException;
import io.lota4j.demo.DemoFiles;
import io.lota4j.guard.ProbeTemplate;
import io.lota4j.guard.Secret;
import io.lota4j.internal.data.ChatTemplate;
import io.lota4j.internal.data.ExampleEncoder;
import io.lota4j.internal.data.ExampleFormat;
import io.lota4j.internal.data.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Secrets of a tokenizer with words and of one with letters alone.
class SecretsTest {
    @TempDir
    private Path folder;

    private static Secret draw(Tokenizer tokenizer, int count, long seed) {
        return Secrets.draw(count, tokenizer, "digest", new SplittableRandom(seed));
    }

    private void assertWhole(Path model, int count) {
        try (Tokenizer tokenizer = Tokenizer.of(model)) {
            ExampleEncoder chat =
                    new ExampleEncoder(tokenizer, ChatTemplate.of(model), ExampleFormat.of(null, null), 1024);
            ProbeEncoder encoder = new ProbeEncoder(chat, () -> chat);
            for (int seed = 0; seed < 100; seed++) {
                Secret secret = draw(tokenizer, count, seed);
                assertThat(secret.ids()).hasSize(count);
                assertThat(tokenizer.encode(secret.text())).isEqualTo(secret.ids());
                ProbeTemplate under = Secrets.under(secret, ProbeTemplate.CHAT);
                Secrets.requireWhole(secret, encoder.prompt("0", under, "abc:xyz"), "row");
                assertThat(secret.toString()).doesNotContain(secret.text());
            }
            assertThat(draw(tokenizer, count, 1))
                    .isEqualTo(draw(tokenizer, count, 1))
                    .isNotEqualTo(draw(tokenizer, count, 2));
            Secret secret = draw(tokenizer, count, 1);
            assertThat(Secrets.wrong(secret, tokenizer))
                    .isNotEqualTo(secret)
                    .isEqualTo(Secrets.wrong(secret, tokenizer));
        }
    }

    @Test
    void theDemosTokenizerGivesLetters() {
        DemoFiles.writeConfiguration(folder);
        assertWhole(folder, 8);
    }

    /// Of SmolLM2's kind: bytes, and words with a space before them.
    @Test
    void aTokenizerWithWordsGivesWords() {
        assertWhole(Golden.path("tokenizer/byte-level"), 150);
    }

    @Test
    void aSecretIsReadAsItWasWrittenByItsOwnerAlone() throws IOException {
        Secret secret = new Secret(new int[] {5, 6, 7}, " one two three", "digest");
        Path file = folder.resolve("secret");
        secret.write(file);
        assertThat(Secret.read(file)).isEqualTo(secret);
        if (Files.getFileStore(file).supportsFileAttributeView("posix")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
        }
        try (var all = Files.list(folder)) {
            assertThat(all).containsExactly(file);
        }
        assertThatThrownBy(() -> Secrets.requireFits(secret, "other"))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("sha256:digest, this model has sha256:other")
                .hasMessageNotContaining("one two");
    }

    @Test
    void aSecretThatIsCutIsRefused() {
        Secret secret = new Secret(new int[] {5, 6, 7}, " one two three", "digest");
        Secrets.requireWhole(secret, new int[] {1, 5, 6, 7, 2}, "row 1");
        assertThatThrownBy(() -> Secrets.requireWhole(secret, new int[] {1, 5, 6, 2, 7}, "row 1"))
                .isInstanceOf(LotaException.class)
                .hasMessageStartingWith("row 1: the secret does not stand whole in the prompt");
        assertThatThrownBy(() -> Secrets.under(secret, ProbeTemplate.of("plain")))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("found plain");
    }
}
