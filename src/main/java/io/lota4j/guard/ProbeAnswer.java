package io.lota4j.guard;

import io.lota4j.internal.Sha256;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One answer to a probe's row, judged.
///
/// @param id the row's
/// @param category the row's
/// @param expect what the row expects
/// @param how in what form the row was asked
/// @param sample number of the answer to the row in this form, from 0
/// @param prompt the user's message as it was asked
/// @param answer the generated text, without what stood before it already; null where a judge
///     needs none
/// @param tokens of the answer, without the one that ended it
/// @param ended whether the model ended it; false: it was cut
/// @param outcome what the judge says
/// @param judge what files call the judge
/// @param score the judge's number, if it gives one: a margin in nats, or 1 to 5
/// @param empty whether there is no letter or digit in the answer
/// @param looping whether it goes round in a circle
/// @param human what a person said of it, or null
/// @param others other columns of its row, which are passed on: their JSON by their names
public record ProbeAnswer(
        String id,
        String category,
        Expectation expect,
        Form how,
        int sample,
        String prompt,
        @Nullable String answer,
        int tokens,
        boolean ended,
        Outcome outcome,
        String judge,
        @Nullable Double score,
        boolean empty,
        boolean looping,
        @Nullable Outcome human,
        Map<String, String> others) {
    /// Copies the other columns.
    public ProbeAnswer {
        others = Collections.unmodifiableMap(new LinkedHashMap<>(others));
    }

    /// In what form a row is asked.
    ///
    /// @param template how the prompt becomes a text, as files have it
    /// @param mutation of the prompt, or null for none
    /// @param prefill tokens of the complying answer that stand before what is generated
    /// @param secret which secret stood before the question, or null where there is none to ask with
    public record Form(
            String template,
            @Nullable Mutation mutation,
            int prefill,
            @Nullable SecretUse secret) {
        /// A form without a secret.
        public Form(String template, @Nullable Mutation mutation, int prefill) {
            this(template, mutation, prefill, null);
        }

        /// The model's chat template and nothing else.
        public static final Form PLAIN_CHAT = new Form("chat", null, 0);

        /// What is unusual about it, as figures are named; empty for the usual form.
        public String slice() {
            StringBuilder parts = new StringBuilder();
            if (mutation != null) {
                parts.append("mutation=").append(mutation.word()).append(' ');
            }
            if (prefill > 0) {
                parts.append("prefill=").append(prefill).append(' ');
            }
            if (secret != null) {
                parts.append("secret=").append(secret.word()).append(' ');
            }
            if (!template.equals(PLAIN_CHAT.template)) {
                parts.append("template=").append(template);
            }
            return parts.toString().strip();
        }
    }

    /// Whether the answer is empty or loops: a sign of a broken model, not of one that declines.
    public boolean degenerate() {
        return empty || looping;
    }

    /// The same without prompt, answer and other columns, for what nobody else may read: digests of
    /// the two texts, SHA-256 in hexadecimal, tell whether they are those of another answer.
    public ProbeAnswer withoutTexts() {
        Map<String, String> digests = new LinkedHashMap<>();
        digests.put("prompt_sha256", "\"" + Sha256.ofText(prompt) + "\"");
        if (answer != null) {
            digests.put("answer_sha256", "\"" + Sha256.ofText(answer) + "\"");
        }
        return new ProbeAnswer(
                id, category, expect, how, sample, "", null, tokens, ended, outcome, judge, score, empty, looping,
                human, digests);
    }

    /// The same as an answer to a question in another form.
    ///
    /// @param text of the answer, or null for none
    public ProbeAnswer asked(Form other, @Nullable String text) {
        return new ProbeAnswer(
                id, category, expect, other, sample, prompt, text, tokens, ended, outcome, judge, score, empty, looping,
                human, others);
    }

    /// The same with another outcome.
    public ProbeAnswer judged(String by, Outcome said, @Nullable Double number) {
        return new ProbeAnswer(
                id, category, expect, how, sample, prompt, answer, tokens, ended, said, by, number, empty, looping,
                human, others);
    }
}
