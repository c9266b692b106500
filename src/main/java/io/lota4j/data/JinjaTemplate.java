package io.lota4j.data;

import io.lota4j.jinja.Template;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A chat template in Jinja, rendered as Hugging Face's Python does it.
///
/// It is parsed when it is made: what the engine lacks is refused before any row is read. All texts of one template
/// bear the date of that moment where the template asks for one.
final class JinjaTemplate implements ChatTemplate {
    private final Template template;
    private final Path file;
    private final SpecialTokens tokens;

    JinjaTemplate(String source, Path file, SpecialTokens tokens) {
        this.template = Template.parse(source, "chat template of " + file);
        this.file = file;
        this.tokens = tokens;
    }

    @Override
    public String render(List<Message> messages, boolean addGenerationPrompt) {
        Map<String, Object> given = new LinkedHashMap<>(tokens.byName());
        given.put("add_generation_prompt", addGenerationPrompt);
        List<Map<String, String>> turns =
                messages.stream().map(JinjaTemplate::turn).toList();
        return template.render(given, Map.of("messages", turns)).text();
    }

    /// The keys in the order in which rows have them: a template may print the whole turn.
    private static Map<String, String> turn(Message message) {
        Map<String, String> turn = new LinkedHashMap<>();
        turn.put("role", message.role());
        turn.put("content", message.content());
        return turn;
    }

    @Override
    public String description() {
        return "chat template of " + file;
    }

    @Override
    public Optional<String> eosToken() {
        return tokens.eos();
    }
}
