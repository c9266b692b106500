package io.lota4j.internal.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.lota4j.data.Labels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataOriginTest {
    /// Of `{{ messages }}`, by sha256sum.
    private static final String DIGEST = "sha256:f24189f08c85a1eb19a737306c3a13e85462ee33d964f28108d64a2485fa2171";

    @TempDir
    private Path model = Path.of("");

    @Test
    void templatesAndLengthAreSaidAsTheyWereGiven() {
        assertThat(DataOrigin.of(model, "{question}\\n\\nSchema: {context}", "{answer}", 512, false, Labels.USUAL))
                .containsExactly(
                        entry("prompt", "{question}\\n\\nSchema: {context}"),
                        entry("completion", "{answer}"),
                        entry("max_length", "512"),
                        entry("chat_template", "none"));
    }

    @Test
    void controlTokensThatRowsMayWriteAreSaid() {
        assertThat(DataOrigin.of(model, null, null, 8, true, Labels.USUAL)).containsEntry("allow_special", "true");
        assertThat(DataOrigin.of(model, null, null, 8, false, Labels.USUAL)).doesNotContainKey("allow_special");
    }

    /// A template is the same whichever file holds it.
    @Test
    void aChatTemplateIsSaidByTheDigestOfItsText() throws IOException {
        Path config = model.resolve("tokenizer_config.json");
        Files.writeString(config, "{\"chat_template\": \"{{ messages }}\"}");
        assertThat(DataOrigin.of(model, null, null, 8, false, Labels.USUAL))
                .containsExactly(entry("max_length", "8"), entry("chat_template", DIGEST));
        Files.writeString(config, "{}");
        Files.writeString(model.resolve("chat_template.jinja"), "{{ messages }}");
        assertThat(DataOrigin.of(model, null, null, 8, false, Labels.USUAL)).containsEntry("chat_template", DIGEST);
        Files.writeString(model.resolve("chat_template.jinja"), "{{ messages }}\n");
        assertThat(DataOrigin.of(model, null, null, 8, false, Labels.USUAL).get("chat_template"))
                .isNotEqualTo(DIGEST)
                .startsWith("sha256:");
    }
}
