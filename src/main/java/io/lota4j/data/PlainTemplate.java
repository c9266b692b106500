package io.lota4j.data;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// No template: the contents one after another, with nothing between them.
record PlainTemplate(SpecialTokens tokens) implements ChatTemplate {
    @Override
    public String render(List<Message> messages, boolean addGenerationPrompt) {
        return messages.stream().map(Message::content).collect(Collectors.joining());
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
