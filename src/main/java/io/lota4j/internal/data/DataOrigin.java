package io.lota4j.internal.data;

import io.lota4j.data.Labels;
import io.lota4j.internal.Sha256;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What decides how rows become tokens, as masks, tickets and adapters say it of the data that they were made from.
public final class DataOrigin {
    private DataOrigin() {}

    /// The templates `prompt` and `completion`, if rows were read by such; `max_length` in tokens;
    /// `allow_special`, where control tokens in rows were taken for such; `loss_on` and `weights`, where labels are
    /// not the usual ones; and `chat_template`: the SHA-256
    /// of the text of the model's, or `none`.
    ///
    /// @param model a model directory
    /// @param prompt template of what the user says, or null
    /// @param completion template of what the assistant answers, or null
    /// @param maxLength the most tokens of an example
    /// @param allowSpecial whether the text of control tokens in rows stood for these tokens
    /// @param labels which tokens carried loss
    public static Map<String, String> of(
            Path model,
            @Nullable String prompt,
            @Nullable String completion,
            int maxLength,
            boolean allowSpecial,
            Labels labels) {
        Map<String, String> origin = new LinkedHashMap<>();
        if (prompt != null) {
            origin.put("prompt", prompt);
        }
        if (completion != null) {
            origin.put("completion", completion);
        }
        origin.put("max_length", Integer.toString(maxLength));
        if (allowSpecial) {
            origin.put("allow_special", "true");
        }
        if (labels.on() != Labels.LossOn.ALL) {
            origin.put("loss_on", labels.on().name().toLowerCase(Locale.ROOT));
        }
        if (labels.weighted()) {
            origin.put("weights", "of rows and turns");
        }
        origin.put(
                "chat_template",
                ChatTemplate.source(model)
                        .map(text -> "sha256:"
                                + HexFormat.of()
                                        .formatHex(Sha256.digest().digest(text.getBytes(StandardCharsets.UTF_8))))
                        .orElse("none"));
        return origin;
    }
}
