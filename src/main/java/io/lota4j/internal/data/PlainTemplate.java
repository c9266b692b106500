package io.lota4j.internal.data;

import io.lota4j.LotaException;
import io.lota4j.internal.jinja.Marked;
import io.lota4j.internal.jinja.Rendering;
import java.util.List;
import java.util.Optional;

/// No template: prompt and completion one after another, with nothing between them. Chats with roles need one.
record PlainTemplate(SpecialTokens tokens) implements ChatTemplate {
    @Override
    public Rendering render(Chat chat, int turns, boolean addGenerationPrompt) {
        Chat.Pair pair = chat.pair();
        if (pair == null) {
            throw new LotaException("The model has no chat template that says how a chat's roles are written.");
        }
        Marked text = turns > 1 ? pair.joined() : pair.prompt();
        return new Rendering(text.text(), Marked.whole(text.text()), text.data(), List.of());
    }

    @Override
    public boolean mentions(String name) {
        return false;
    }

    @Override
    public boolean writesRole(String role) {
        return false;
    }

    @Override
    public String description() {
        return "no chat template: prompt and answer one after another, nothing between";
    }

    @Override
    public Optional<String> eosToken() {
        return tokens.eos();
    }
}
