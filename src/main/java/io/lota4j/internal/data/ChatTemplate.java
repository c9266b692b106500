package io.lota4j.internal.data;

import io.lota4j.LotaException;
import io.lota4j.internal.FileKind;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.JsonKeys;
import io.lota4j.internal.checkpoint.JsonKeys.Null;
import io.lota4j.internal.jinja.Rendering;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// How a model writes a chat as one text.
public sealed interface ChatTemplate permits JinjaTemplate, PlainTemplate {
    /// Holds a template alone.
    String FILE = "chat_template.jinja";

    /// Holds it among other things.
    String CONFIG = "tokenizer_config.json";

    /// Where it stands there.
    String KEY = "chat_template";

    /// Where templates of processors and those for other uses stand. Without one for chats they are no such.
    List<String> OTHERS = List.of("chat_template.json", "additional_chat_templates");

    /// The template of a model directory: `chat_template.jinja`, else `chat_template` of `tokenizer_config.json`
    /// (of several, the one called `default`), else none, which writes prompt and completion one after another.
    ///
    /// @throws LotaException if a file cannot be read or none of several templates is called `default`
    static ChatTemplate of(Path modelDir) {
        SpecialTokens tokens = SpecialTokens.of(modelDir);
        Path file = modelDir.resolve(FILE);
        Path holder = ModelJson.present(file) ? file : modelDir.resolve(CONFIG);
        return source(modelDir)
                .<ChatTemplate>map(source -> new JinjaTemplate(source, holder, tokens))
                .orElseGet(() -> new PlainTemplate(tokens));
    }

    /// No template, whatever the model directory has: prompt and completion one after another.
    static ChatTemplate none(Path modelDir) {
        return new PlainTemplate(SpecialTokens.of(modelDir));
    }

    /// The text of the template of a model directory, as [#of] finds it; empty if it has none.
    ///
    /// @throws LotaException as [#of] does
    static Optional<String> source(Path modelDir) {
        Path file = modelDir.resolve(FILE);
        if (ModelJson.present(file)) {
            return Optional.of(FileKind.text(file, "a chat template"));
        }
        Optional<String> source = fromConfig(ModelJson.optional(modelDir, CONFIG));
        if (source.isEmpty()) {
            OTHERS.stream()
                    .map(modelDir::resolve)
                    .filter(ModelJson::present)
                    .findFirst()
                    .ifPresent(other -> {
                        throw new LotaException(Text.format(
                                "%s holds a chat template that is not read; expected %s, or \"%s\" in %s. Write the"
                                        + " template there that the model's text is to have.",
                                other, FILE, KEY, CONFIG));
                    });
        }
        return source;
    }

    /// The text of a chat's first turns, with what of it came from the row.
    ///
    /// @param addGenerationPrompt whether the text shall end where the assistant starts to speak
    /// @throws LotaException if the template refuses these messages or is beyond the template engine
    Rendering render(Chat chat, int turns, boolean addGenerationPrompt);

    /// The text of a chat that is nothing but its turns.
    default String render(List<Message> messages, boolean addGenerationPrompt) {
        return render(Chat.of(messages), messages.size(), addGenerationPrompt).text();
    }

    /// Whether the template reads a variable or a field of this name anywhere.
    boolean mentions(String name);

    /// Whether the template has this role's name in quotes.
    boolean writesRole(String role);

    /// Which template this is and where it comes from, for reports.
    String description();

    /// The end-of-sequence token that the tokenizer's configuration names.
    Optional<String> eosToken();

    private static Optional<String> fromConfig(JsonKeys config) {
        JsonNode template = config.node().path(KEY);
        if (template.isMissingNode() || template.isNull()) {
            return Optional.empty();
        }
        if (template.isString()) {
            return Optional.of(template.stringValue());
        }
        if (!template.isArray()) {
            throw config.wrong(KEY, "a text, or a list of objects with the texts 'name' and 'template'");
        }
        Map<String, String> named = new LinkedHashMap<>();
        config.optionalObjects(KEY, Null.ABSENT)
                .forEach(entry -> named.put(entry.text("name"), entry.text("template")));
        return Optional.of(Optional.ofNullable(named.get("default"))
                .orElseThrow(() ->
                        new LotaException(config.file() + " has several chat templates but none called 'default': "
                                + String.join(", ", named.keySet()) + ".")));
    }
}
