package io.lota4j.internal.experiment;

import io.lota4j.LotaException;
import io.lota4j.internal.FileKind;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.AtomicFile;
import io.lota4j.ticket.ShrinkRule.Score;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Scores of what is tried one after the other, each on the disk as soon as it is known: a search that is stopped
/// goes on with them. A line is what was tried, the loss, and of each row whether its answer is right, 1 or 0, or
/// `-` where there are none.
public final class KeptScores {
    private static final String NONE = "-";
    private static final String MARK = "# ";

    private final @Nullable Path file;
    private final String identity;
    private final Map<String, Score> known = new LinkedHashMap<>();

    /// In a file that no other search has.
    ///
    /// @param file of an earlier run, or not there
    public KeptScores(Path file) {
        this(file, "");
    }

    /// @param file of an earlier run, or not there; null: nothing is kept
    /// @param identity of the search, in the file's first line; empty: none
    /// @throws LotaException if the file cannot be read, or is another search's
    public KeptScores(@Nullable Path file, String identity) {
        this.file = file;
        this.identity = identity;
        if (file != null && Files.exists(file)) {
            read(file);
        }
    }

    private void read(Path from) {
        List<String> lines;
        try {
            lines = Files.readAllLines(from);
        } catch (IOException e) {
            throw new LotaException(from + ": cannot be read: " + FileKind.reason(e) + ".", e);
        }
        if (!identity.isEmpty()) {
            String found = lines.isEmpty() ? "" : lines.getFirst();
            if (!found.equals(MARK + identity)) {
                throw new LotaException(Text.format(
                        "%s: these are scores of another search: what is searched, the rows or the settings differ. It"
                                + " was '%s'; this is '%s'. Remove the file to begin anew.",
                        from, found.replaceFirst("^" + MARK, ""), identity));
            }
            lines = lines.subList(1, lines.size());
        }
        lines.forEach(line -> read(from, line));
    }

    private void read(Path from, String line) {
        String[] words = line.split(" ", -1);
        int last = words.length - 1;
        try {
            known.put(
                    String.join(" ", List.of(words).subList(0, last - 1)),
                    new Score(Double.parseDouble(words[last - 1]), right(words[last])));
        } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
            throw new LotaException(
                    Text.format(
                            "%s: expected what was tried, a loss and which answers are right, found '%s'.", from, line),
                    e);
        }
    }

    private static List<Boolean> right(String word) {
        return word.equals(NONE)
                ? List.of()
                : word.chars().mapToObj(KeptScores::right).toList();
    }

    private static boolean right(int letter) {
        return switch (letter) {
            case '0' -> false;
            case '1' -> true;
            default -> throw new IllegalArgumentException("neither right nor wrong");
        };
    }

    /// A score, found now if it is not known.
    ///
    /// @param what is tried, in words
    public Score of(String what, Supplier<Score> scoring) {
        Score found = known.get(what);
        if (found == null) {
            found = scoring.get();
            known.put(what, found);
            if (file != null) {
                AtomicFile.write(file, text());
            }
        }
        return found;
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        if (!identity.isEmpty()) {
            text.append(MARK).append(identity).append('\n');
        }
        known.forEach((what, score) -> text.append(Text.format("%s %s %s\n", what, score.loss(), word(score.right()))));
        return text.toString();
    }

    private static String word(List<Boolean> right) {
        return right.isEmpty()
                ? NONE
                : right.stream().map(one -> one ? "1" : "0").collect(Collectors.joining());
    }
}
