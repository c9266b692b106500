package io.lota4j.data;

import io.lota4j.LotaException;
import java.util.List;

/// Turns rows into token ids with those that carry loss.
///
/// The prompt's tokens are those of the rendered prompt with its generation prefix, tokenized apart from the
/// answer. An answer is the assistant's text and the token that ends it; only these carry loss. Every answer
/// of a chat is scored; messages after the last one are left out, for they change nothing.
public final class ExampleEncoder {
    private final Tokenizer tokenizer;
    private final ChatTemplate template;
    private final ExampleFormat format;
    private final int maxLength;
    private final EndToken end;
    private final int[] prefix;

    /// An encoder for one model.
    ///
    /// @param maxLength the most tokens of an example, at least 2
    /// @throws LotaException if nothing says which token ends an answer, or the chat template cannot be used
    public ExampleEncoder(Tokenizer tokenizer, ChatTemplate template, ExampleFormat format, int maxLength) {
        if (maxLength < 2) {
            throw new LotaException("The maximum length must be at least 2 tokens, found " + maxLength + ".");
        }
        this.tokenizer = tokenizer;
        this.template = template;
        this.format = format;
        this.maxLength = maxLength;
        this.end = EndToken.of(tokenizer, template);
        // A chat template writes the beginning-of-sequence token itself; plain text gets the tokenizer's.
        this.prefix = template instanceof PlainTemplate ? tokenizer.prefix() : new int[0];
    }

    /// Id of the token that ends an answer.
    public int endToken() {
        return end.id();
    }

    /// The most tokens of an example.
    public int maxLength() {
        return maxLength;
    }

    /// The tokens of a chat up to where the assistant starts to speak, for generation.
    ///
    /// @throws LotaException if the chat template refuses the messages
    public int[] promptIds(List<Message> messages) {
        Tokens tokens = new Tokens();
        tokens.add(prefix, false);
        tokens.add(tokenizer.encode(template.render(messages, true)), false);
        return tokens.ids();
    }

    /// Encodes a row.
    ///
    /// @throws LotaException if the row has no assistant message or does not fit the format or the chat template
    public EncodeResult encode(Row row) {
        Example example = encode(row.index(), format.messages(row));
        return example.length() > maxLength
                ? new EncodeResult.TooLong(row.index(), example.length())
                : new EncodeResult.Encoded(example);
    }

    private Example encode(int row, List<Message> messages) {
        Tokens tokens = new Tokens();
        tokens.add(prefix, false);
        String prompt = "";
        String answer = null;
        int promptLength = 0;
        for (int turn = 0; turn < messages.size(); turn++) {
            if (!messages.get(turn).fromAssistant()) {
                continue;
            }
            String rendered = template.render(messages.subList(0, turn), true);
            String unseen = answer == null ? rendered : afterAnswer(prompt, answer, rendered);
            tokens.add(tokenizer.encode(unseen), false);
            promptLength = tokens.size();
            prompt = rendered;
            answer = messages.get(turn).content();
            tokens.add(tokenizer.encode(answer), true);
            tokens.add(new int[] {end.id()}, true);
        }
        if (answer == null) {
            throw new LotaException("The row has no message of the role 'assistant', so nothing to learn.");
        }
        return new Example(row, tokens.ids(), tokens.scored(), promptLength, prompt, answer);
    }

    /// What a longer rendering adds after an answer and the token that ends it.
    private String afterAnswer(String prompt, String answer, String rendered) {
        if (rendered.startsWith(prompt)) {
            String rest = rendered.substring(prompt.length());
            String trimmed = PythonText.strip(answer);
            if (rest.startsWith(answer)) {
                return afterEnd(rest.substring(answer.length()));
            }
            // Some templates trim what is said, or set a space before it.
            if (PythonText.stripLeading(rest).startsWith(trimmed)) {
                return afterEnd(PythonText.stripLeading(rest).substring(trimmed.length()));
            }
        }
        throw new LotaException("The " + template.description() + " rewrites earlier answers once more messages"
                + " follow, so a chat with several answers cannot be scored; give every answer a row of its own.");
    }

    private String afterEnd(String rest) {
        String next = PythonText.stripLeading(rest);
        return next.startsWith(end.text()) ? next.substring(end.text().length()) : rest;
    }
}
