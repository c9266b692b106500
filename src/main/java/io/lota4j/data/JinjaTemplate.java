package io.lota4j.data;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.interpret.TemplateError;
import io.lota4j.LotaException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A chat template in Jinja, rendered as Hugging Face's Python does it.
final class JinjaTemplate implements ChatTemplate {
    private final Jinjava engine = engine();
    private final String source;
    private final Path file;
    private final SpecialTokens tokens;

    JinjaTemplate(String source, Path file, SpecialTokens tokens) {
        // Python's Jinja drops one newline at the template's end; jinjava would drop it from the result instead.
        this.source = source.endsWith("\n") ? source.substring(0, source.length() - 1) : source;
        this.file = file;
        this.tokens = tokens;
    }

    @Override
    public String render(List<Message> messages, boolean addGenerationPrompt) {
        Map<String, Object> context = new HashMap<>(tokens.byName());
        context.put(
                "messages",
                messages.stream()
                        .map(m -> Map.of("role", m.role(), "content", m.content()))
                        .toList());
        context.put("add_generation_prompt", addGenerationPrompt);
        RenderResult result = engine.renderForResult(source, context);
        // The result may be empty, or lack a part, and only this list says so.
        if (!result.getErrors().isEmpty()) {
            throw failure(result.getErrors().getFirst());
        }
        return result.getOutput();
    }

    @Override
    public String description() {
        return "chat template of " + file;
    }

    @Override
    public Optional<String> eosToken() {
        return tokens.eos();
    }

    private LotaException failure(TemplateError error) {
        for (Throwable cause = error.getException(); cause != null; cause = cause.getCause()) {
            if (cause instanceof LotaException raised) {
                return new LotaException(
                        "The chat template of " + file + " refuses the messages: " + raised.getMessage(), raised);
            }
        }
        @Nullable Exception cause = error.getException();
        return new LotaException(
                "The chat template of " + file + " cannot be rendered: line " + error.getLineno() + ": "
                        + error.getMessage(),
                cause);
    }

    private static Jinjava engine() {
        Jinjava engine = new Jinjava(JinjavaConfig.newBuilder()
                .withLocale(Locale.ROOT)
                .withTrimBlocks(true)
                .withLstripBlocks(true)
                .withKeepTrailingNewline(true)
                // Braces in a message are text, not template.
                .withNestedInterpretationEnabled(false)
                // Natural operator precedence stays off: it reads `not x is defined` as `(not x) is defined`.
                .withLegacyOverrides(LegacyOverrides.newBuilder()
                        .withUseTrimmingForNotesAndExpressions(true)
                        .withEvaluateMapKeys(true)
                        .build())
                .build());
        TemplateFunctions.register(engine);
        return engine;
    }
}
