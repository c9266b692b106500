package io.lota4j.internal.data;

import io.lota4j.LotaException;
import io.lota4j.data.Example;
import io.lota4j.data.Finding;
import io.lota4j.data.Labels;
import io.lota4j.internal.Text;
import io.lota4j.internal.data.Answers.Conversation;
import io.lota4j.internal.data.file.Row;
import io.lota4j.internal.jinja.Marked;
import io.lota4j.internal.jinja.Rendering;
import io.lota4j.internal.jinja.Span;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/// Turns rows into token ids with those that carry loss.
///
/// A conversation is rendered as a whole, as the chat template writes it, and tokenized as one text. A token carries
/// loss if it holds any character of an answer or of the token that ends it; an added token belongs where its own
/// text begins. Every answer of a chat is learned whose row does not say otherwise, or the last of them; what follows
/// is left out, for it changes nothing. What generation starts from is the conversation before the last answer with the
/// generation prompt, tokenized by itself, as it is when a model is used.
public final class ExampleEncoder {
    private final Tokenizer tokenizer;
    private final ChatTemplate template;
    private final ExampleFormat format;
    private final int maxLength;
    private final boolean allowSpecial;
    private final Labels labels;
    private final EndToken end;
    private final Answers answers;
    private final ChatRules rules;
    private final RowTokenizer rows;
    private final int[] prefix;

    /// An encoder for one model that takes the text of control tokens in rows for text.
    ///
    /// @param maxLength the most tokens of an example, at least 2
    /// @throws LotaException if nothing says which token ends an answer, or the chat template cannot be used
    public ExampleEncoder(Tokenizer tokenizer, ChatTemplate template, ExampleFormat format, int maxLength) {
        this(tokenizer, template, format, maxLength, false, Labels.USUAL);
    }

    /// As the other constructor.
    ///
    /// @param allowSpecial whether the text of control tokens in rows stands for these tokens
    /// @param labels which tokens carry loss
    public ExampleEncoder(
            Tokenizer tokenizer,
            ChatTemplate template,
            ExampleFormat format,
            int maxLength,
            boolean allowSpecial,
            Labels labels) {
        if (maxLength < 2) {
            throw new LotaException("The maximum length must be at least 2 tokens, found " + maxLength + ".");
        }
        this.tokenizer = tokenizer;
        this.template = template;
        this.format = format;
        this.maxLength = maxLength;
        this.allowSpecial = allowSpecial;
        this.labels = labels;
        this.end = EndToken.of(tokenizer, template);
        this.answers = new Answers(template, end, new ControlTokens(tokenizer.added()));
        this.rules = new ChatRules(template);
        this.rows = new RowTokenizer(tokenizer, ControlTokens.protectedBy(template, tokenizer, end), allowSpecial);
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

    /// Whether the text of control tokens in rows stands for these tokens.
    boolean allowsSpecial() {
        return allowSpecial;
    }

    /// Which tokens carry loss.
    Labels labels() {
        return labels;
    }

    /// The tokens from which an answer to a user's message is generated.
    ///
    /// @throws LotaException if the chat template refuses the message
    public int[] promptIds(String message) {
        Rendering prompt = template.render(Chat.of(Marked.data(message), Marked.data(""), List.of()), 1, true);
        return ids(rows.encode(prompt.marked()).tokens());
    }

    /// Encodes a row.
    ///
    /// @throws LotaException if the row has no answer to learn, does not fit the format or the chat template, or
    ///     has what the template would lose
    public EncodeResult encode(Row row) {
        Set<Finding> findings = EnumSet.noneOf(Finding.class);
        Chat chat = format.chat(row);
        Example example = example(row, chat, findings);
        Optional<Chat> other = format.rejected(row);
        if (other.isPresent()) {
            Example rejected = rejected(row, other.get(), findings);
            if (Arrays.equals(example.ids(), rejected.ids())) {
                findings.add(Finding.SAME_ANSWERS);
            }
            example = example.over(rejected);
        }
        int length =
                example.sequences().stream().mapToInt(Example::length).max().orElseThrow();
        return length > maxLength
                ? new EncodeResult.TooLong(row.index(), length)
                : new EncodeResult.Encoded(example, findings, unread(chat));
    }

    private Example rejected(Row row, Chat chat, Set<Finding> findings) {
        try {
            return example(row, chat, findings);
        } catch (LotaException e) {
            throw new LotaException("The rejected answer: " + e.getMessage(), e);
        }
    }

    private List<String> unread(Chat chat) {
        return chat.unread().stream()
                .filter(column -> !labels.weighted() || !column.equals(Weight.COLUMN))
                .toList();
    }

    private Example example(Row row, Chat said, Set<Finding> findings) {
        requireAnswer(said);
        requireWeights(said);
        Chat chat = rules.checked(labels.on() == Labels.LossOn.LAST ? said.lastOnly() : said);
        Conversation conversation = answers.of(chat);
        rules.requireAllTurns(chat, chat.lastLearned() + 1, conversation.text());
        findings.addAll(conversation.findings());
        if (chat.messages().stream().anyMatch(message -> message.learned() && message.isBlank())) {
            findings.add(Finding.BLANK_ANSWER);
        }
        Example example = example(row.index(), chat, conversation, weight(row), findings);
        if (example.labelledTokens() == 0) {
            throw new LotaException("The row is a single token, which nothing stands before, so there is nothing to"
                    + " learn. Without a chat template a row needs a prompt or an answer.");
        }
        return example;
    }

    /// What the loss of a row's tokens counts, beside what turns say.
    private OptionalDouble weight(Row row) {
        return labels.weighted() ? Weight.of(row) : OptionalDouble.empty();
    }

    private void requireWeights(Chat chat) {
        chat.messages().stream()
                .filter(message -> !labels.weighted() && message.weight() != 1)
                .findFirst()
                .ifPresent(message -> {
                    throw new LotaException(Text.format(
                            "A message has the weight %s, which only the objective 'weighted' reads; expected 0 (no"
                                    + " loss on this turn) or 1.",
                            message.weight()));
                });
    }

    private static void requireAnswer(Chat chat) {
        if (chat.messages().stream().noneMatch(Message::fromAssistant)) {
            throw new LotaException("The row has no message of the role 'assistant', so nothing to learn.");
        }
        if (chat.lastLearned() < 0) {
            throw new LotaException("No message of the assistant carries loss (weight 0, train false, or part of the"
                    + " prompt), so there is nothing to learn; leave the row out.");
        }
    }

    private Example example(
            int row, Chat chat, Conversation conversation, OptionalDouble weight, Set<Finding> findings) {
        RowTokenizer.Result whole = rows.encode(conversation.text());
        if (whole.foreign()) {
            findings.add(Finding.CONTROL_TEXT);
        }
        if (Arrays.stream(whole.tokens().ids()).anyMatch(tokenizer::isUnknown)) {
            findings.add(Finding.UNKNOWN_TOKENS);
        }
        float[] learned = learned(whole.tokens(), conversation);
        // Nothing after the last answer changes anything; it may be empty.
        int stop = conversation.learned().getLast().span().end();
        int length = learned.length;
        while (length > 0 && learned[length - 1] == 0 && whole.tokens().starts()[length - 1] >= stop) {
            length--;
        }
        int all = prefix.length + length + (conversation.appended() ? 1 : 0);
        int[] ids = Arrays.copyOf(prefix, all);
        float[] weights = new float[all];
        System.arraycopy(whole.tokens().ids(), 0, ids, prefix.length, length);
        System.arraycopy(learned, 0, weights, prefix.length, length);
        if (conversation.appended()) {
            ids[all - 1] = end.id();
            weights[all - 1] = (float) conversation.learned().getLast().weight();
        }
        boolean[] scored = new boolean[all];
        for (int token = 0; token < all; token++) {
            scored[token] = weights[token] > 0;
            weights[token] *= (float) weight.orElse(1);
        }
        if (all > 0) {
            // Nothing stands before the very first token, so nothing predicts it.
            scored[0] = false;
        }
        int[] prompt = ids(rows.encode(conversation.prompt()).tokens());
        String answer = answer(chat.messages().get(chat.lastLearned()), conversation);
        boolean weighed = weight.isPresent() || conversation.learned().stream().anyMatch(part -> part.weight() != 1);
        return new Example(row, ids, scored, prompt, conversation.prompt().text(), answer)
                .weighed(weighed ? weights : null);
    }

    private String answer(Message message, Conversation conversation) {
        if (message.fields().get(Message.CONTENT) instanceof String text && !text.isEmpty()) {
            return text;
        }
        Span last = conversation.learned().getLast().span();
        String written = conversation.text().text().substring(last.start(), last.end());
        return written.endsWith(end.text())
                ? written.substring(0, written.length() - end.text().length())
                : written;
    }

    private int[] ids(Encoded tokens) {
        int[] ids = Arrays.copyOf(prefix, prefix.length + tokens.ids().length);
        System.arraycopy(tokens.ids(), 0, ids, prefix.length, tokens.ids().length);
        return ids;
    }

    /// What the loss of each token counts, 0 for one that carries none.
    private float[] learned(Encoded tokens, Conversation conversation) {
        Map<Integer, String> added = tokenizer.addedById();
        float[] learned = new float[tokens.ids().length];
        for (int i = 0; i < learned.length; i++) {
            int start = tokens.starts()[i];
            int stop = tokens.ends()[i];
            String own = added.get(tokens.ids()[i]);
            if (own != null) {
                int at = RowTokenizer.ownStart(
                        tokens, i, own, conversation.text().text());
                start = at < 0 ? start : at;
                stop = start + 1;
            }
            learned[i] = weight(conversation.learned(), start, stop);
        }
        return learned;
    }

    /// The weight of the stretch that a token of so many characters, which may be none, belongs to; 0 if to none.
    private static float weight(List<Learned> stretches, int start, int end) {
        for (Learned stretch : stretches) {
            Span span = stretch.span();
            if (end > span.start() && (start < span.end() || start == end && end <= span.end())) {
                return (float) stretch.weight();
            }
        }
        return 0;
    }

    /// What became of a row.
    public sealed interface EncodeResult {
        /// The row fits.
        ///
        /// @param findings what is to be told of it
        /// @param unread columns that are no part of the chat
        record Encoded(Example example, Set<Finding> findings, List<String> unread) implements EncodeResult {
            /// Copies both.
            public Encoded {
                findings = Set.copyOf(findings);
                unread = List.copyOf(unread);
            }
        }

        /// The row, or an answer of a pair, has more tokens than allowed; it is left out whole, for a cut one would
        /// teach
        /// the wrong end.
        ///
        /// @param row index of the row, from 0
        /// @param length its tokens, of the longer answer
        record TooLong(int row, int length) implements EncodeResult {}
    }
}
