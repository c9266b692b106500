package io.lota4j.experiment;

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

/// Scores of a ticket's parts, each on the disk as soon as it is known: a bisection that is stopped goes on
/// with them. A line is the part, `answers` or `loss`, the loss, and of each row whether its answer is right, 1
/// or 0, or `-` where there are none.
final class PartScores {
    private static final String NONE = "-";

    private final Path file;
    private final Map<String, Score> known = new LinkedHashMap<>();

    /// @param file of an earlier run, or not there
    PartScores(Path file) {
        this.file = file;
        if (Files.exists(file)) {
            try {
                Files.readAllLines(file).forEach(this::read);
            } catch (IOException e) {
                throw new LotaException(file + ": cannot be read: " + FileKind.reason(e) + ".", e);
            }
        }
    }

    private void read(String line) {
        String[] words = line.split(" ", -1);
        try {
            known.put(words[0] + " " + words[1], new Score(Double.parseDouble(words[2]), right(words[3])));
        } catch (ArrayIndexOutOfBoundsException | IllegalArgumentException e) {
            throw new LotaException(
                    Text.format(
                            "%s: expected a part, what was scored, a loss and which answers are right, found '%s'.",
                            file, line),
                    e);
        }
    }

    private static List<Boolean> right(String word) {
        return word.equals(NONE)
                ? List.of()
                : word.chars().mapToObj(PartScores::right).toList();
    }

    private static boolean right(int letter) {
        return switch (letter) {
            case '0' -> false;
            case '1' -> true;
            default -> throw new IllegalArgumentException("neither right nor wrong");
        };
    }

    /// The score of a part, found now if it is not known.
    Score of(double alpha, boolean answers, Supplier<Score> scoring) {
        String key = Text.format("%s %s", alpha, answers ? "answers" : "loss");
        Score found = known.get(key);
        if (found == null) {
            found = scoring.get();
            known.put(key, found);
            AtomicFile.write(file, text());
        }
        return found;
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        known.forEach((key, score) -> text.append(Text.format("%s %s %s\n", key, score.loss(), word(score.right()))));
        return text.toString();
    }

    private static String word(List<Boolean> right) {
        return right.isEmpty()
                ? NONE
                : right.stream().map(one -> one ? "1" : "0").collect(Collectors.joining());
    }
}
