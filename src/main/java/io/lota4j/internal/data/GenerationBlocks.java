package io.lota4j.internal.data;

import io.lota4j.LotaException;
import io.lota4j.data.Finding;
import io.lota4j.internal.jinja.PythonText;
import io.lota4j.internal.jinja.Rendering;
import io.lota4j.internal.jinja.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// What a template marks with `{% generation %}` blocks as said by the assistant.
///
/// @param template the model's
/// @param ends finds the ends of turns
record GenerationBlocks(ChatTemplate template, TurnEnds ends) {
    /// @param index the turn's place in the chat
    /// @param text the stretch that holds the turn, and what is between it and the assistant's turn before
    /// @param blocks the stretches of it that lie in blocks
    private record Turn(int index, Span text, List<Span> blocks) {}

    /// The stretches of the turns that carry loss. What the user should know goes to the findings: answers that
    /// no block holds, and ends of turns outside of blocks, which a model would not learn.
    ///
    /// @param last the last turn that carries loss, with which the text ends
    /// @throws LotaException if it cannot be told which blocks belong to turns without loss, or all do
    List<Learned> learned(Chat chat, int last, Rendering whole, Set<Finding> findings) {
        List<Turn> turns = byPrefixes(chat, last, whole)
                .or(() -> inOrder(chat, last, whole))
                .orElse(List.of());
        if (turns.isEmpty()) {
            requireAllLearned(chat, last, whole);
            Span block = whole.generation().getLast();
            tellEnd(
                    new Turn(last, new Span(block.start(), whole.text().length()), List.of(block)),
                    whole,
                    true,
                    findings);
            double weight = chat.messages().get(last).weight();
            return whole.generation().stream()
                    .map(span -> new Learned(span, weight))
                    .toList();
        }
        List<Learned> learned = new ArrayList<>();
        for (Turn turn : turns) {
            Message message = chat.messages().get(turn.index());
            if (message.learned()) {
                turn.blocks().forEach(span -> learned.add(new Learned(span, message.weight())));
                tellTexts(message, turn, whole, findings);
                tellEnd(turn, whole, turn.index() == last, findings);
            }
        }
        if (learned.isEmpty()) {
            throw new LotaException("The {% generation %} blocks of the " + template.description()
                    + " hold nothing of the turns that carry loss, so there is nothing to learn.");
        }
        return learned;
    }

    /// Turns end where the conversation up to them does; empty where it is written otherwise once more follows.
    private Optional<List<Turn>> byPrefixes(Chat chat, int last, Rendering whole) {
        List<Turn> turns = new ArrayList<>();
        int from = 0;
        for (int index : assistants(chat, last)) {
            String upTo = index == last
                    ? whole.text()
                    : template.render(chat, index + 1, false).text();
            if (!whole.text().startsWith(upTo) || upTo.length() < from) {
                return Optional.empty();
            }
            Span text = new Span(from, upTo.length());
            turns.add(new Turn(index, text, within(whole.generation(), text)));
            from = upTo.length();
        }
        return Optional.of(turns);
    }

    /// A block for every turn, if there are as many and each holds something that its turn says.
    private static Optional<List<Turn>> inOrder(Chat chat, int last, Rendering whole) {
        List<Span> blocks = whole.generation();
        List<Integer> assistants = assistants(chat, last);
        if (blocks.size() != assistants.size()) {
            return Optional.empty();
        }
        List<Turn> turns = new ArrayList<>();
        for (int i = 0; i < blocks.size(); i++) {
            int to = i + 1 < blocks.size()
                    ? blocks.get(i + 1).start()
                    : whole.text().length();
            int from = i == 0 ? 0 : blocks.get(i).start();
            Turn turn = new Turn(assistants.get(i), new Span(from, to), List.of(blocks.get(i)));
            if (!says(chat.messages().get(turn.index()), blocks.get(i), whole)) {
                return Optional.empty();
            }
            turns.add(turn);
        }
        return Optional.of(turns);
    }

    private static List<Integer> assistants(Chat chat, int last) {
        return IntStream.rangeClosed(0, last)
                .filter(index -> chat.messages().get(index).fromAssistant())
                .boxed()
                .toList();
    }

    private static boolean says(Message message, Span block, Rendering whole) {
        return message.texts().isEmpty()
                || within(whole.said(), block).stream()
                        .map(span -> PythonText.strip(text(whole, span)))
                        .anyMatch(said ->
                                !said.isEmpty() && message.texts().stream().anyMatch(text -> text.contains(said)));
    }

    private void requireAllLearned(Chat chat, int last, Rendering whole) {
        List<Integer> assistants = assistants(chat, last);
        double weight = chat.messages().get(last).weight();
        if (!assistants.stream()
                .map(chat.messages()::get)
                .allMatch(message -> message.learned() && message.weight() == weight)) {
            throw new LotaException("The " + template.description() + " marks "
                    + whole.generation().size() + " stretches as generated for " + assistants.size() + " turns of the"
                    + " assistant, which it writes in another way once more messages follow, so it cannot be told"
                    + " which of them carry no loss, or another weight; give the answers rows of their own.");
        }
    }

    private static void tellTexts(Message message, Turn turn, Rendering whole, Set<Finding> findings) {
        String marked = turn.blocks().stream().map(span -> text(whole, span)).collect(Collectors.joining());
        String written = text(whole, turn.text());
        for (String said : message.texts()) {
            if (!Message.holds(marked, said)) {
                findings.add(Message.holds(written, said) ? Finding.OUTSIDE_BLOCKS : Finding.PART_LEFT_OUT);
            }
        }
        if (turn.blocks().isEmpty()) {
            findings.add(Finding.OUTSIDE_BLOCKS);
        }
    }

    private void tellEnd(Turn turn, Rendering whole, boolean last, Set<Finding> findings) {
        if (turn.blocks().isEmpty()) {
            return;
        }
        Span block = turn.blocks().getLast();
        OptionalInt end = ends.after(whole, block.start(), turn.text().end(), last);
        boolean written = ends.end().written() || !last;
        if (!written || end.isEmpty() || end.getAsInt() > block.end()) {
            findings.add(Finding.END_OUTSIDE_BLOCKS);
        }
    }

    private static List<Span> within(List<Span> spans, Span text) {
        return spans.stream()
                .map(span -> new Span(Math.max(span.start(), text.start()), Math.min(span.end(), text.end())))
                .filter(span -> span.start() < span.end())
                .toList();
    }

    private static String text(Rendering whole, Span span) {
        return whole.text().substring(span.start(), span.end());
    }
}
