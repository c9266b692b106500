package io.lota4j.guard;

import io.lota4j.LotaException;
import io.lota4j.internal.checkpoint.AtomicFile;
import io.lota4j.internal.checkpoint.JsonKeys;
import io.lota4j.internal.checkpoint.JsonKeys.Null;
import io.lota4j.internal.guard.Folded;
import io.lota4j.internal.guard.ProbeLines;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.util.RawValue;

/// Judged answers as JSON lines.
public final class AnswersFile {
    private static final Set<String> COLUMNS = Set.of(
            "id",
            "category",
            "expect",
            "template",
            "mutation",
            "prefill",
            "secret",
            "sample",
            "prompt",
            "answer",
            "tokens",
            "ended",
            "outcome",
            "judge",
            "score",
            "empty",
            "looping",
            "human");

    private AnswersFile() {}

    /// Writes answers, one a line.
    ///
    /// @throws LotaException if the file cannot be written
    public static void write(Path file, List<ProbeAnswer> answers) {
        StringBuilder lines = new StringBuilder();
        answers.forEach(answer -> lines.append(JsonMapper.shared().writeValueAsString(line(answer)))
                .append('\n'));
        AtomicFile.write(file, lines.toString());
    }

    private static Map<String, @Nullable Object> line(ProbeAnswer answer) {
        Map<String, @Nullable Object> line = new LinkedHashMap<>();
        Mutation mutation = answer.how().mutation();
        line.put("id", answer.id());
        line.put("category", answer.category());
        line.put("expect", answer.expect().word());
        line.put("template", answer.how().template());
        line.put("mutation", mutation == null ? null : mutation.word());
        line.put("prefill", answer.how().prefill());
        if (answer.how().secret() != null) {
            line.put("secret", answer.how().secret().word());
        }
        line.put("sample", answer.sample());
        line.put("prompt", answer.prompt());
        line.put("answer", answer.answer());
        line.put("tokens", answer.tokens());
        line.put("ended", answer.ended());
        line.put("outcome", answer.outcome().word());
        line.put("judge", answer.judge());
        if (answer.score() != null) {
            line.put("score", answer.score());
        }
        line.put("empty", answer.empty());
        line.put("looping", answer.looping());
        if (answer.human() != null) {
            line.put("human", answer.human().word());
        }
        // A row that was an answer itself has columns of these names: what was found now counts.
        answer.others().forEach((name, json) -> line.putIfAbsent(name, new RawValue(json)));
        return line;
    }

    /// Reads judged answers.
    ///
    /// @throws LotaException if a line is bad, with its number
    public static List<ProbeAnswer> read(Path file) {
        return ProbeLines.read(file).stream()
                .map(line -> answer(line, ProbeLines.outcome(line, "outcome"), null))
                .toList();
    }

    /// Reads answers of any program to judge them: lines with `id` and `answer` at least. What
    /// else is missing is taken from the probe's rows.
    ///
    /// @throws LotaException if a line is bad, with its number, or of a row that the probe has
    ///     not
    public static List<ProbeAnswer> unjudged(Path file, Map<String, ProbeRow> rows) {
        return ProbeLines.read(file).stream()
                .map(line -> {
                    ProbeRow row = rows.get(ProbeLines.id(line).orElse(""));
                    if (row == null) {
                        throw line.refused("The probe has no row of this id: "
                                + ProbeLines.id(line).orElse("none") + ".");
                    }
                    line.text("answer");
                    return answer(line, Outcome.UNCLEAR, row);
                })
                .toList();
    }

    private static ProbeAnswer answer(JsonKeys line, Outcome outcome, @Nullable ProbeRow row) {
        Optional<String> text = line.optionalText("answer", Null.ABSENT);
        Map<String, String> others = new LinkedHashMap<>();
        line.node()
                .propertyStream()
                .filter(column -> !COLUMNS.contains(column.getKey()))
                .forEach(column -> others.put(column.getKey(), column.getValue().toString()));
        Optional<String> mutation = line.optionalText("mutation", Null.ABSENT);
        boolean person = line.optionalText("human", Null.ABSENT).isPresent();
        return new ProbeAnswer(
                ProbeLines.id(line).orElseThrow(() -> line.wrong("id", "a text")),
                row == null ? line.optionalText("category", Null.ABSENT).orElse(ProbeRow.ALL) : row.category(),
                row == null ? ProbeLines.expectation(line) : row.expect(),
                new ProbeAnswer.Form(
                        line.optionalText("template", Null.ABSENT).orElse("chat"),
                        mutation.map(Mutation::of).orElse(null),
                        line.optionalCount("prefill", Null.ABSENT).orElse(0),
                        line.optionalText("secret", Null.ABSENT).isPresent() ? ProbeLines.secret(line) : null),
                line.optionalCount("sample", Null.ABSENT).orElse(0),
                line.optionalText("prompt", Null.ABSENT).orElse(row == null ? "" : row.prompt()),
                text.orElse(null),
                line.optionalCount("tokens", Null.ABSENT).orElse(0),
                line.optionalFlag("ended", Null.ABSENT).orElse(true),
                outcome,
                line.optionalText("judge", Null.ABSENT).orElse(""),
                line.optionalNumber("score", Null.ABSENT, Double::isFinite, "a number")
                        .orElse(null),
                text.map(Folded::isEmpty)
                        .orElseGet(() -> line.optionalFlag("empty", Null.ABSENT).orElse(false)),
                line.optionalFlag("looping", Null.ABSENT).orElse(false),
                person ? ProbeLines.outcome(line, "human") : row == null ? null : row.human(),
                others);
    }
}
