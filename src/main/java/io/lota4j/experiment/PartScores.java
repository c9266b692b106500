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
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Supplier;

/// Scores of a ticket's parts, each on the disk as soon as it is known: a bisection that is stopped goes on
/// with them. A line is the part, `answers` or `loss`, the loss, and the share of right answers or `-`.
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
            known.put(
                    words[0] + " " + words[1],
                    new Score(
                            Double.parseDouble(words[2]),
                            words[3].equals(NONE)
                                    ? OptionalDouble.empty()
                                    : OptionalDouble.of(Double.parseDouble(words[3]))));
        } catch (ArrayIndexOutOfBoundsException | NumberFormatException e) {
            throw new LotaException(
                    Text.format("%s: expected a part, what was scored and two scores, found '%s'.", file, line), e);
        }
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
        known.forEach((key, score) -> text.append(key)
                .append(' ')
                .append(score.loss())
                .append(' ')
                .append(
                        score.right().isPresent()
                                ? Double.toString(score.right().getAsDouble())
                                : NONE)
                .append('\n'));
        return text.toString();
    }
}
