package io.lota4j.internal.data;

import io.lota4j.internal.data.file.JsonNumber;
import io.lota4j.internal.jinja.Marked;
import io.lota4j.internal.jinja.Rendering;
import io.lota4j.internal.jinja.Template;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A chat template in Jinja, rendered as Hugging Face's Python does it.
final class JinjaTemplate implements ChatTemplate {
    private final Template template;
    private final String source;
    private final Path file;
    private final SpecialTokens tokens;

    JinjaTemplate(String source, Path file, SpecialTokens tokens) {
        this.template = Template.parse(source, "chat template of " + file);
        this.source = source;
        this.file = file;
        this.tokens = tokens;
    }

    @Override
    public Rendering render(Chat chat, int turns, boolean addGenerationPrompt) {
        Map<String, Object> given = new LinkedHashMap<>(tokens.byName());
        given.put("add_generation_prompt", addGenerationPrompt);
        Map<String, @Nullable Object> data = new LinkedHashMap<>();
        chat.variables().forEach((name, value) -> data.put(name, plain(value)));
        data.put("messages", messages(chat).subList(0, turns));
        return template.render(given, data);
    }

    /// The messages as the template takes them; the texts of a pair with what of them came from the row. A role is
    /// one of a few names, of which a template may make a control token: it is no text of the row's.
    private static List<@Nullable Object> messages(Chat chat) {
        List<Message> messages = chat.messages();
        Chat.Pair pair = chat.pair();
        List<@Nullable Object> given = new ArrayList<>();
        for (int turn = 0; turn < messages.size(); turn++) {
            Map<String, @Nullable Object> fields = new LinkedHashMap<>();
            messages.get(turn).fields().forEach((name, value) -> fields.put(name, plain(value)));
            fields.computeIfPresent(Message.ROLE, (name, role) -> new Marked(role.toString(), List.of()));
            if (pair != null) {
                fields.put(Message.CONTENT, turn == 0 ? pair.prompt() : pair.completion());
            }
            given.add(fields);
        }
        return given;
    }

    /// Numbers as Python reads them: those without a fraction and an exponent are whole.
    private static @Nullable Object plain(@Nullable Object value) {
        return switch (value) {
            case JsonNumber number when number.toString().matches("-?\\d+") -> new BigInteger(number.toString());
            case JsonNumber number -> new BigDecimal(number.toString());
            case List<?> list -> {
                List<@Nullable Object> items = new ArrayList<>();
                list.forEach(item -> items.add(plain(item)));
                yield items;
            }
            case Map<?, ?> map -> {
                Map<String, @Nullable Object> entries = new LinkedHashMap<>();
                map.forEach((key, entry) -> entries.put(String.valueOf(key), plain(entry)));
                yield entries;
            }
            case null, default -> value;
        };
    }

    @Override
    public boolean mentions(String name) {
        return template.mentions(name);
    }

    @Override
    public boolean writesRole(String role) {
        return source.contains("'" + role + "'") || source.contains('"' + role + '"');
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
