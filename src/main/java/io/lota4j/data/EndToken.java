package io.lota4j.data;

import io.lota4j.LotaException;
import java.util.List;
import java.util.Optional;

/// Finds the token that ends the assistant's turn, which need not be the `eos_token_id` of `config.json`.
///
/// @param text the token as it is written
/// @param id its id
record EndToken(String text, int id) {
    private static final String QUESTION = "lota4jQuestion";
    private static final String ANSWER = "lota4jAnswer";

    /// The first special token that the template writes after an answer, else the tokenizer's `eos_token`.
    static EndToken of(Tokenizer tokenizer, ChatTemplate template) {
        String text = writtenBy(template, tokenizer)
                .or(template::eosToken)
                .orElseThrow(() -> new LotaException("Nothing says which token ends an answer: the template writes"
                        + " no special token after one, and tokenizer_config.json has no eos_token ("
                        + template.description() + ")."));
        int id = tokenizer
                .id(text)
                .orElseThrow(() -> new LotaException(
                        "The eos_token '" + text + "' of tokenizer_config.json is not in tokenizer.json."));
        return new EndToken(text, id);
    }

    private static Optional<String> writtenBy(ChatTemplate template, Tokenizer tokenizer) {
        String chat = template.render(List.of(Message.user(QUESTION), Message.assistant(ANSWER)), false);
        int answer = chat.lastIndexOf(ANSWER);
        // A template that drops what is said: never train on such text.
        if (answer < 0 || !chat.substring(0, answer).contains(QUESTION)) {
            throw new LotaException("The " + template.description() + " leaves out what was said: of a user's '"
                    + QUESTION + "' and an assistant's '" + ANSWER + "' it makes '" + chat + "'.");
        }
        return firstSpecial(chat.substring(answer + ANSWER.length()), tokenizer);
    }

    private static Optional<String> firstSpecial(String text, Tokenizer tokenizer) {
        String first = null;
        int at = Integer.MAX_VALUE;
        for (String token : tokenizer.special()) {
            int found = text.indexOf(token);
            boolean longer = first != null && found == at && token.length() > first.length();
            if (found >= 0 && (found < at || longer)) {
                first = token;
                at = found;
            }
        }
        return Optional.ofNullable(first);
    }
}
