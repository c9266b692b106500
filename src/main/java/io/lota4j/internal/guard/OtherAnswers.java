package io.lota4j.internal.guard;

import io.lota4j.LotaException;
import io.lota4j.data.Example;
import io.lota4j.internal.SplitMix64;
import io.lota4j.internal.data.BatchOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Rows with wrong answers, by which a model forgets what it does on them: answers of other rows.
final class OtherAnswers {
    /// So many distinct answers are classes, of which each becomes the next.
    static final int CLASSES = 32;

    private OtherAnswers() {}

    /// The next of the sorted distinct answers, cyclic.
    static Map<String, String> shifted(List<String> answers) {
        List<String> distinct = answers.stream().distinct().sorted().toList();
        Map<String, String> next = new TreeMap<>();
        for (int i = 0; i < distinct.size(); i++) {
            next.put(distinct.get(i), distinct.get((i + 1) % distinct.size()));
        }
        return next;
    }

    /// The rows with answers that are wrong: of few classes, each of which is there twice, the
    /// next class, else the answer of the next row, in an order of the seed, that has another.
    ///
    /// @throws LotaException if there is one answer only, or answers do not stand behind prompts
    static List<Example> of(List<Example> rows, long seed) {
        for (Example row : rows) {
            if (!row.startsWithPrompt()) {
                throw new LotaException("Row " + row.row() + " (from 0) of the clean rows cannot have another answer:"
                        + " the chat template writes an answer otherwise than behind the text that its generation"
                        + " starts from.");
            }
        }
        Map<String, Long> counts = rows.stream().collect(Collectors.groupingBy(Example::answer, Collectors.counting()));
        if (counts.size() < 2) {
            throw new LotaException("All clean rows have the answer '"
                    + rows.getFirst().answer() + "': there is no wrong one to learn. Give rows with several answers.");
        }
        boolean classes = counts.size() <= CLASSES && counts.values().stream().allMatch(count -> count > 1);
        return classes ? ofClasses(rows) : ofNext(rows, seed);
    }

    private static List<Example> ofClasses(List<Example> rows) {
        Map<String, String> next = shifted(rows.stream().map(Example::answer).toList());
        return rows.stream()
                .map(row -> answered(
                        row,
                        rows.stream()
                                .filter(other -> other.answer().equals(next.get(row.answer())))
                                .findFirst()
                                .orElseThrow()))
                .toList();
    }

    private static List<Example> ofNext(List<Example> rows, long seed) {
        int[] order = new BatchOrder(rows.size(), rows.size(), SplitMix64.mix(seed ^ "wrong answers".hashCode()), true)
                .step(0);
        List<Example> wrong = new ArrayList<>(rows);
        for (int at = 0; at < order.length; at++) {
            Example row = rows.get(order[at]);
            int from = at + 1;
            while (rows.get(order[from % order.length]).answer().equals(row.answer())) {
                from++;
            }
            wrong.set(order[at], answered(row, rows.get(order[from % order.length])));
        }
        return wrong;
    }

    /// A row's prompt with another row's answer.
    private static Example answered(Example row, Example other) {
        int prompt = row.promptLength();
        int answer = other.length() - other.promptLength();
        int[] ids = new int[prompt + answer];
        boolean[] labelled = new boolean[ids.length];
        System.arraycopy(row.ids(), 0, ids, 0, prompt);
        System.arraycopy(other.ids(), other.promptLength(), ids, prompt, answer);
        System.arraycopy(other.labelled(), other.promptLength(), labelled, prompt, answer);
        return new Example(row.row(), ids, labelled, row.promptIds(), row.prompt(), other.answer());
    }
}
