package io.lota4j.export;

import io.lota4j.internal.FileKind;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.JsonKeys;
import io.lota4j.internal.checkpoint.ModelCard;
import io.lota4j.internal.checkpoint.StrictJson;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Scores that evaluations wrote, for a model's description.
final class ScoreTable {
    private ScoreTable() {}

    /// Adds a table with a row for each file.
    ///
    /// @throws io.lota4j.LotaException when a file is none that an evaluation wrote
    static void addTo(ModelCard card, List<Path> files) {
        if (files.isEmpty()) {
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        files.forEach(file -> rows.add(row(file)));
        card.say("## Scores");
        card.table(List.of("scores", "examples", "loss", "accuracy", "data (SHA-256)"), rows);
    }

    private static List<String> row(Path file) {
        JsonKeys keys = new JsonKeys(file, "", StrictJson.object(FileKind.bytes(file, "JSON"), file.toString()));
        String accuracy = keys.optionalNumber(
                        "accuracy", JsonKeys.Null.ABSENT, share -> share >= 0 && share <= 1, "a share")
                .map(share -> Text.format("%.2f%%", 100 * share))
                .orElse("");
        return List.of(
                String.valueOf(file.getFileName()),
                Integer.toString(keys.positive("examples")),
                Text.format("%.4f", keys.number("loss", loss -> loss >= 0, "a number of at least 0")),
                accuracy,
                keys.text("data_sha256"));
    }
}
