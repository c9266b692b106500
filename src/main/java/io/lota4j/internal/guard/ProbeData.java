package io.lota4j.internal.guard;

import io.lota4j.LotaException;
import io.lota4j.data.Dataset;
import io.lota4j.data.Example;
import io.lota4j.guard.Expectation;
import io.lota4j.guard.ProbeFile;
import io.lota4j.guard.ProbeRow;
import io.lota4j.guard.ProbeTemplate;
import io.lota4j.internal.Sha256;
import io.lota4j.internal.Text;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Rows of a probe as training data: those that expect to decline, with their declining texts as
/// answers.
///
/// @param rows with loss on the declining answer
/// @param complying the same rows with their complying texts as answers, where they were asked
///     for
public record ProbeData(Dataset rows, List<Example> complying) {
    /// Copies the list.
    public ProbeData {
        complying = List.copyOf(complying);
    }

    /// Reads the first of them.
    ///
    /// @param rows the first so many rows of the file are looked at
    /// @param most rows that are taken
    /// @param both whether rows need a complying text too
    /// @param inTurn whether the rows are taken by category in turn, and not as they stand
    /// @throws LotaException if the file is bad, or none of its rows expects to decline and has a
    ///     text that does
    public static ProbeData read(
            Path file, int rows, ProbeEncoder encoder, ProbeTemplate template, int most, boolean both, boolean inTurn) {
        List<ProbeRow> whole = ProbeFile.read(file);
        List<ProbeRow> all = whole.subList(0, Math.min(whole.size(), rows));
        List<Integer> places = new ArrayList<>();
        int without = 0;
        for (int place = 0; place < all.size() && (inTurn || places.size() < most); place++) {
            ProbeRow row = all.get(place);
            if (row.expect() == Expectation.DECLINE) {
                if (row.decline() == null || (both && row.answer() == null)) {
                    without++;
                } else {
                    places.add(place);
                }
            }
        }
        List<Example> examples = new ArrayList<>();
        List<Example> complying = new ArrayList<>();
        for (int place : inTurn ? inTurn(all, places, most) : places) {
            ProbeRow row = all.get(place);
            String decline = Objects.requireNonNull(row.decline());
            String answer = row.answer();
            examples.add(numbered(place, encoder.example(row.id(), template, template.message(row.prompt()), decline)));
            if (both && answer != null) {
                Example other = encoder.example(row.id(), template, template.message(row.prompt()), answer);
                if (!other.startsWithPrompt() || !examples.getLast().startsWithPrompt()) {
                    throw new LotaException(
                            "Row '" + row.id() + "' of " + file + " cannot begin with another answer: the chat"
                                    + " template writes an answer otherwise than behind"
                                    + " the text that its generation starts from.");
                }
                complying.add(other);
            }
        }
        if (examples.isEmpty()) {
            throw new LotaException(Text.format(
                    "%s: expected rows with \"expect\": \"decline\" and %s to learn from; of its %d rows none has"
                            + " them.",
                    file, both ? "the texts 'decline' and 'answer'" : "a text 'decline'", all.size()));
        }
        Dataset taken = new Dataset(file, Sha256.ofFile(file), encoder.chat().maxLength(), examples, List.of());
        List<String> findings = without == 0
                ? List.of()
                : List.of(Text.format(
                        "%d rows of %s expect to decline and are left out: they have no %s",
                        without, file, both ? "'decline' or no 'answer'" : "'decline'"));
        return new ProbeData(
                new Dataset(
                        taken.sources(),
                        taken.maxLength(),
                        taken.examples(),
                        List.of(),
                        List.of(),
                        findings,
                        taken.origin()),
                complying);
    }

    /// The first of every category, then the second of every one, and so on.
    private static List<Integer> inTurn(List<ProbeRow> all, List<Integer> places, int most) {
        Map<String, List<Integer>> categories = new LinkedHashMap<>();
        for (int place : places) {
            categories
                    .computeIfAbsent(all.get(place).category(), category -> new ArrayList<>())
                    .add(place);
        }
        List<Integer> taken = new ArrayList<>();
        for (int turn = 0; taken.size() < Math.min(most, places.size()); turn++) {
            for (List<Integer> rows : categories.values()) {
                if (turn < rows.size() && taken.size() < most) {
                    taken.add(rows.get(turn));
                }
            }
        }
        return taken;
    }

    private static Example numbered(int row, Example example) {
        return new Example(
                row, example.ids(), example.labelled(), example.promptIds(), example.prompt(), example.answer());
    }
}
