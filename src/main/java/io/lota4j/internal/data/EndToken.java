package io.lota4j.internal.data;

import io.lota4j.LotaException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Finds the token that ends the assistant's turn, which need not be the `eos_token_id` of `config.json`.
///
/// @param text the token as it is written
/// @param id its id
/// @param written whether the template writes it after the last answer; else it is added there
record EndToken(String text, int id, boolean written) {
    static final String QUESTION = "lota4jQuestion";
    static final String ANSWER = "lota4jAnswer";

    /// The first added token that the template writes after an answer, marked special or not; else the one that it
    /// writes where the next turn begins. Without a template the tokenizer's `eos_token`.
    static EndToken of(Tokenizer tokenizer, ChatTemplate template) {
        if (template instanceof PlainTemplate) {
            String eos = template.eosToken()
                    .orElseThrow(
                            () -> new LotaException("Nothing says which token ends an answer: tokenizer_config.json has"
                                    + " no eos_token (" + template.description() + ")."));
            return of(eos, tokenizer, false);
        }
        ControlTokens tokens = new ControlTokens(tokenizer.added());
        Optional<ControlTokens.Found> after = tokens.first(afterAnswer(template), 0);
        if (after.isPresent()) {
            return of(after.get().token(), tokenizer, true);
        }
        String next = betweenTurns(template);
        return tokens.first(next, 0)
                .filter(found -> next.substring(0, found.start()).isBlank())
                .map(found -> of(found.token(), tokenizer, false))
                .orElseThrow(() -> new LotaException("The " + template.description()
                        + " writes no token of tokenizer.json after an answer, so a model could not learn where to"
                        + " stop. Let the template write the token that ends a turn, such as {{ eos_token }}."));
    }

    private static EndToken of(String text, Tokenizer tokenizer, boolean written) {
        int id = tokenizer
                .id(text)
                .orElseThrow(() -> new LotaException(
                        "The eos_token '" + text + "' of tokenizer_config.json is not in tokenizer.json."));
        return new EndToken(text, id, written);
    }

    private static String afterAnswer(ChatTemplate template) {
        Chat chat = Chat.of(List.of(Message.user(QUESTION), Message.assistant(ANSWER)));
        String text = template.render(chat, 2, false).text();
        int answer = text.lastIndexOf(ANSWER);
        if (answer < 0 || !text.substring(0, answer).contains(QUESTION)) {
            throw new LotaException("The " + template.description() + " leaves out what was said: of a user's '"
                    + QUESTION + "' and an assistant's '" + ANSWER + "' it makes '" + text + "'.");
        }
        return text.substring(answer + ANSWER.length());
    }

    private static String betweenTurns(ChatTemplate template) {
        List<Message> turns = new ArrayList<>(List.of(Message.user(QUESTION), Message.assistant(ANSWER)));
        turns.add(Message.user(QUESTION));
        String text = template.render(Chat.of(turns), turns.size(), false).text();
        return text.substring(text.lastIndexOf(ANSWER) + ANSWER.length());
    }
}
