package io.lota4j.internal.report;

import io.lota4j.LotaException;
import io.lota4j.guard.FulfilledBySeed;
import io.lota4j.guard.Outcome;
import io.lota4j.internal.checkpoint.JsonKeys;
import io.lota4j.internal.checkpoint.JsonKeys.Null;
import io.lota4j.internal.checkpoint.StrictJson;
import io.lota4j.internal.guard.ProbeLines;
import io.lota4j.internal.metrics.Slice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/// The outcomes of one run's answers.
///
/// @param byQuestion the outcome of each first answer
record ProbeOutcomes(Map<Question, Outcome> byQuestion) {
    /// @param id of the row
    private record Question(String probe, int stage, String form, String id) {}

    /// Of every run in a file of all answers.
    ///
    /// @throws LotaException if it cannot be read
    static Map<String, ProbeOutcomes> read(Path answers) {
        Map<String, ProbeOutcomes> runs = new HashMap<>();
        try (Stream<String> lines = Files.lines(answers)) {
            lines.forEach(line -> {
                JsonKeys row = new JsonKeys(
                        answers, "", StrictJson.object(line.getBytes(StandardCharsets.UTF_8), answers.toString()));
                if (row.optionalCount("sample", Null.ABSENT).orElse(0) == 0) {
                    Question question = new Question(
                            row.text("probe"),
                            row.optionalCount("stage", Null.ABSENT).orElse(0),
                            form(row),
                            row.text("id"));
                    runs.computeIfAbsent(row.text("run"), run -> new ProbeOutcomes(new HashMap<>()))
                            .byQuestion
                            .put(question, ProbeLines.outcome(row, "outcome"));
                }
            });
        } catch (IOException | UncheckedIOException e) {
            throw new LotaException(answers + ": cannot be read: " + e.getMessage() + ".", e);
        }
        return runs;
    }

    /// The form in which an answer was asked, as tables show it.
    static String form(JsonKeys row) {
        String mutation = row.optionalText("mutation", Null.ABSENT).orElse(null);
        return BehaviourTable.form(new Slice(
                null,
                mutation,
                row.optionalCount("prefill", Null.ABSENT).orElse(0),
                row.optionalText("secret", Null.ABSENT).orElse(null),
                row.optionalText("template", Null.ABSENT).orElse("chat")));
    }

    /// The share of prompts whose outcomes are not the same with all seeds.
    ///
    /// @param seeds runs that differ in their seed alone
    static OptionalDouble flips(List<ProbeOutcomes> seeds, String probe, int stage, String form) {
        List<List<Outcome>> byPrompt = seeds.getFirst().byQuestion.keySet().stream()
                .filter(question -> question.probe.equals(probe)
                        && question.stage == stage
                        && question.form.equals(form)
                        && seeds.stream().allMatch(seed -> seed.byQuestion.containsKey(question)))
                .map(question -> seeds.stream()
                        .flatMap(seed -> Stream.ofNullable(seed.byQuestion.get(question)))
                        .toList())
                .toList();
        return FulfilledBySeed.flips(byPrompt);
    }
}
