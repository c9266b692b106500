package io.lota4j.internal.data;

import io.lota4j.LotaException;
import io.lota4j.data.Finding;
import io.lota4j.internal.jinja.Marked;
import io.lota4j.internal.jinja.PythonText;
import io.lota4j.internal.jinja.Rendering;
import io.lota4j.internal.jinja.Span;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/// Finds the answers in a conversation's text: where each begins and where its end of turn ends.
///
/// A template that marks what the assistant says with `{% generation %}` is followed. Else an answer begins where
/// the text that generation starts from ends (the conversation before it, with the generation prompt), and ends with
/// the token that ends the turn. Where the conversation does not begin with that text, the answer is found by what it
/// says.
final class Answers {
    private final ChatTemplate template;
    private final EndToken end;
    private final TurnEnds ends;
    private final GenerationBlocks blocks;

    Answers(ChatTemplate template, EndToken end, ControlTokens added) {
        this.template = template;
        this.end = end;
        this.ends = new TurnEnds(end, added);
        this.blocks = new GenerationBlocks(template, ends);
    }

    /// A conversation up to its last answer.
    ///
    /// @param text the whole of it
    /// @param learned the answers in it, ends of turns included
    /// @param appended whether the token that ends the last answer is not in the text and has to be added
    /// @param prompt what generation of the last answer starts from
    /// @param findings what is to be told
    record Conversation(Marked text, List<Learned> learned, boolean appended, Marked prompt, Set<Finding> findings) {}

    Conversation of(Chat chat) {
        int last = chat.lastLearned();
        Rendering whole = template.render(chat, last + 1, false);
        Set<Finding> findings = EnumSet.noneOf(Finding.class);
        Rendering prompt = template.render(chat, last, true);
        List<Learned> learned = whole.generation().isEmpty()
                ? learned(chat, last, whole, prompt.text(), findings)
                : blocks.learned(chat, last, whole, findings);
        if (!whole.text().startsWith(prompt.text())) {
            findings.add(Finding.OTHER_PROMPT);
        }
        boolean appended = whole.generation().isEmpty() && !end.written();
        return new Conversation(whole.marked(), learned, appended, prompt.marked(), findings);
    }

    /// @param lastPrompt what generation of the last answer starts from
    private List<Learned> learned(Chat chat, int last, Rendering whole, String lastPrompt, Set<Finding> findings) {
        List<Learned> learned = new ArrayList<>();
        for (int turn = 0; turn <= last; turn++) {
            Message message = chat.messages().get(turn);
            if (message.learned()) {
                String prompt = turn == last
                        ? lastPrompt
                        : template.render(chat, turn, true).text();
                learned.add(new Learned(answer(chat, turn, last, whole, prompt, findings), message.weight()));
            }
        }
        return learned;
    }

    /// @param prompt what generation of this answer starts from
    private Span answer(Chat chat, int turn, int last, Rendering whole, String prompt, Set<Finding> findings) {
        String upTo = turn == last
                ? whole.text()
                : template.render(chat, turn + 1, false).text();
        int start = whole.text().startsWith(prompt) ? prompt.length() : found(chat, turn, last, whole, prompt);
        boolean asAlone = whole.text().startsWith(upTo) && start <= upTo.length();
        OptionalInt stops = asAlone ? ends.after(whole, start, upTo.length(), turn == last) : ends.first(whole, start);
        int stop = stops.orElseThrow(() -> noEnd(turn));
        requireSaid(chat.messages().get(turn), turn == last, whole.text().substring(start, stop), findings);
        return new Span(start, stop);
    }

    private LotaException noEnd(int turn) {
        return new LotaException("The " + template.description() + " writes no token after message " + (turn + 1)
                + " that ends the turn ('" + end.text() + "'), so a model could not learn where to stop.");
    }

    /// An answer that does not follow the text that its generation starts from, found by another answer in its place.
    private int found(Chat chat, int turn, int last, Rendering whole, String prompt) {
        Message other = chat.messages().get(turn).with(Message.CONTENT, EndToken.ANSWER);
        String changed =
                template.render(chat.with(turn, other), last + 1, false).text();
        int at = changed.indexOf(EndToken.ANSWER);
        boolean text = !chat.messages().get(turn).content().isEmpty();
        if (!text || at < 0 || !whole.text().startsWith(changed.substring(0, at))) {
            throw new LotaException("The " + template.description() + " writes message " + (turn + 1)
                    + " not after the text that its generation starts from, and it cannot be told apart from the rest;"
                    + " give every answer a row of its own.");
        }
        int start = at;
        while (start > 0 && Character.isWhitespace(whole.text().charAt(start - 1))) {
            start--;
        }
        return prompt.endsWith(whole.text().substring(start, at)) ? at : start;
    }

    /// Templates may leave out a part of an answer, such as its reasoning, but not all of it.
    private void requireSaid(Message message, boolean last, String written, Set<Finding> findings) {
        String said = PythonText.strip(message.content());
        String stretch = PythonText.strip(
                written.endsWith(end.text())
                        ? written.substring(0, written.length() - end.text().length())
                        : written);
        if (!said.isEmpty() && stretch.isEmpty()) {
            throw new LotaException("The " + template.description()
                    + (last
                            ? " writes nothing of the last answer, so there is nothing to learn."
                            : " rewrites earlier answers once more messages follow, so a chat with several answers"
                                    + " cannot be scored; give every answer a row of its own."));
        }
        if (!message.texts().stream().allMatch(text -> Message.holds(stretch, text))) {
            findings.add(Finding.PART_LEFT_OUT);
        }
    }
}
