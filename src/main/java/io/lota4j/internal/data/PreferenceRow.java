package io.lota4j.internal.data;

import io.lota4j.LotaException;
import io.lota4j.internal.data.file.Columns;
import io.lota4j.internal.data.file.Row;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A row of a chosen and a rejected answer to one prompt, in TRL's columns.
///
/// `chosen` and `rejected` are two texts beside a text `prompt`; or two lists of messages beside a list or a text
/// `prompt`; or two whole conversations, whose common beginning is the prompt. The prompt carries no loss, whoever
/// speaks in it.
///
/// @param row with both columns
record PreferenceRow(Row row) {
    static final String CHOSEN = "chosen";
    static final String REJECTED = "rejected";
    private static final String PROMPT = "prompt";
    private static final String WHY = "The format of prompt, chosen and rejected";

    /// The row as a pair of answers, if it is one.
    static boolean is(Row row) {
        return row.columns().containsKey(CHOSEN) && row.columns().containsKey(REJECTED);
    }

    Chat chosen() {
        return chat(CHOSEN, REJECTED);
    }

    Chat rejected() {
        return chat(REJECTED, CHOSEN);
    }

    private Chat chat(String column, String other) {
        @Nullable Object answer = row.columns().get(column);
        if (answer instanceof List<?> && row.columns().get(other) instanceof List<?>) {
            return conversation(column, other);
        }
        @Nullable Object prompt = row.columns().get(PROMPT);
        if (answer instanceof List<?> || row.columns().get(other) instanceof List<?> || prompt instanceof List<?>) {
            throw new LotaException("The columns 'prompt', 'chosen' and 'rejected' hold " + Columns.kind(prompt) + ", "
                    + Columns.kind(row.columns().get(CHOSEN)) + " and "
                    + Columns.kind(row.columns().get(REJECTED))
                    + ", expected three texts, or two lists of messages as 'chosen' and 'rejected'.");
        }
        if (!row.columns().containsKey(PROMPT)) {
            throw new LotaException("The columns 'chosen' and 'rejected' hold texts, so the row needs the column"
                    + " 'prompt' with the text that both answer. Its columns: " + Columns.names(row) + ".");
        }
        return DetectedFormat.pair(
                row, Columns.text(row, PROMPT, WHY), Columns.text(row, column, WHY), Set.of(PROMPT, CHOSEN, REJECTED));
    }

    private Chat conversation(String column, String other) {
        Set<String> taken = new LinkedHashSet<>(List.of(CHOSEN, REJECTED));
        List<Message> own = new Turns(column).read(row.columns().get(column));
        List<Message> beside = new Turns(other).read(row.columns().get(other));
        List<Message> messages = new ArrayList<>();
        @Nullable Object prompt = row.columns().get(PROMPT);
        boolean answers = own.getFirst().fromAssistant() && beside.getFirst().fromAssistant();
        if (prompt instanceof List<?>) {
            taken.add(PROMPT);
            new Turns(PROMPT).read(prompt).forEach(turn -> messages.add(turn.silent()));
            messages.addAll(own);
        } else if (prompt != null && answers) {
            taken.add(PROMPT);
            messages.add(Message.user(Columns.text(row, PROMPT, WHY)));
            messages.addAll(own);
        } else {
            // A text beside whole conversations repeats how they begin, and is not read.
            int shared = shared(own, beside);
            own.subList(0, shared).forEach(turn -> messages.add(turn.silent()));
            messages.addAll(own.subList(shared, own.size()));
        }
        return DetectedFormat.chat(row, messages, taken);
    }

    /// How many messages both begin with; each has at least one more.
    private static int shared(List<Message> one, List<Message> other) {
        int most = Math.min(one.size(), other.size()) - 1;
        int shared = 0;
        while (shared < most
                && one.get(shared).fields().equals(other.get(shared).fields())) {
            shared++;
        }
        if (shared == 0) {
            throw new LotaException("The conversations of 'chosen' and 'rejected' do not begin with the same message,"
                    + " so there is no prompt that both answer. Let them begin alike, or add the column 'prompt'.");
        }
        return shared;
    }
}
