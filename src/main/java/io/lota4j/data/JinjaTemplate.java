package io.lota4j.data;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.interpret.Context;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.interpret.TemplateError;
import io.lota4j.LotaException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A chat template in Jinja, rendered as Hugging Face's Python does it. Not for several threads at once.
///
/// What the engine lacks (`[::-1]`, Python's `startswith`) is an error. Two things differ without one: the methods of
/// texts are Java's (`strip()` keeps a no-break space, `split(x)` takes a pattern), and a loop's `if` drops every
/// item, which [EndToken] finds out.
final class JinjaTemplate implements ChatTemplate {
    private final Jinjava engine = engine();
    private final String source;
    private final Path file;
    private final SpecialTokens tokens;

    JinjaTemplate(String source, Path file, SpecialTokens tokens) {
        // Python's Jinja knows one kind of line end and drops that at the template's end; jinjava, told to drop
        // it, would drop it from the result.
        String lines = source.replaceAll("\r\n?", "\n");
        this.source = lines.endsWith("\n") ? lines.substring(0, lines.length() - 1) : lines;
        this.file = file;
        this.tokens = tokens;
    }

    @Override
    public String render(List<Message> messages, boolean addGenerationPrompt) {
        Map<String, Object> variables = new HashMap<>(tokens.byName());
        variables.put(
                "messages",
                messages.stream()
                        .map(m -> Map.of("role", m.role(), "content", m.content()))
                        .toList());
        variables.put("add_generation_prompt", addGenerationPrompt);
        return render(variables);
    }

    private String render(Map<String, Object> variables) {
        // Jinjava.renderForResult copies its whole library for every text, at twenty times the cost of the text.
        Context context = new Context(engine.getGlobalContext(), variables);
        JinjavaInterpreter interpreter = new JinjavaInterpreter(engine, context, engine.getGlobalConfig());
        String text;
        try {
            text = interpreter.render(source);
        } catch (RuntimeException e) {
            throw failure(TemplateError.fromException(e));
        }
        // The text may be empty, or lack a part, and only this list says so.
        List<TemplateError> errors = interpreter.getErrorsCopy();
        if (!errors.isEmpty()) {
            throw failure(errors.getFirst());
        }
        return text;
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
