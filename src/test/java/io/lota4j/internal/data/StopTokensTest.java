package io.lota4j.internal.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StopTokensTest {
    @TempDir
    Path dir;

    @Test
    void everyFilesTokensStop() throws IOException {
        write("generation_config.json", "{\"eos_token_id\": [9, 5]}");
        write("config.json", "{\"eos_token_id\": 2}");
        StopTokens stops = StopTokens.of(dir, 7);
        assertThat(stops.ids()).containsExactly(2, 5, 7, 9);
        assertThat(stops.contains(5)).isTrue();
        assertThat(stops.contains(3)).isFalse();
    }

    @Test
    void filesMayBeMissingOrSayNothing() throws IOException {
        write("config.json", "{\"eos_token_id\": null}");
        assertThat(StopTokens.of(dir, 7).ids()).containsExactly(7);
    }

    @Test
    void otherValuesAreRefused() throws IOException {
        write("config.json", "{\"eos_token_id\": \"</s>\"}");
        assertThatThrownBy(() -> StopTokens.of(dir, 7))
                .isInstanceOf(LotaException.class)
                .hasMessage(dir.resolve("config.json")
                        + ": \"eos_token_id\" must be a whole number or a list of them, found \"</s>\".");
    }

    @Test
    void aConfigMayHoldWhatOnlyPythonWrites() throws IOException {
        write("config.json", "{\"eos_token_id\": [3], \"limit\": Infinity}");
        assertThat(StopTokens.of(dir, 7).ids()).containsExactly(3, 7);
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(dir.resolve(name), text);
    }
}
