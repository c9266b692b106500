package io.lota4j.guard;

import io.lota4j.LotaException;
import io.lota4j.internal.guard.JudgingProgram;
import io.lota4j.internal.guard.TextJudging;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Judges answers that are there already.
public final class Judging {
    private Judging() {}

    /// The answers with what a judge says of them.
    ///
    /// @param rows the probe's, by id
    /// @throws LotaException if the judge needs a model, an answer is of no row, or has no text;
    ///     if a program that judges fails
    public static List<ProbeAnswer> of(List<ProbeAnswer> answers, Map<String, ProbeRow> rows, Judge judge) {
        for (ProbeAnswer answer : answers) {
            if (answer.answer() == null || !rows.containsKey(answer.id())) {
                throw new LotaException("The answer to row '" + answer.id() + "' has no text, or the probe no such"
                        + " row, so it cannot be judged.");
            }
        }
        return switch (judge) {
            case Judge.OfText words -> byText(answers, rows, words);
            case Judge.Command program -> new JudgingProgram(program).judge(answers);
            case Judge.None none ->
                answers.stream()
                        .map(answer -> answer.judged(none.word(), Outcome.UNCLEAR, null))
                        .toList();
            case Judge.Margin margin ->
                throw new LotaException("The judge '" + margin.word() + "' needs a model: it looks at no answer, but at"
                        + " how probable two of the row's are.");
        };
    }

    private static List<ProbeAnswer> byText(List<ProbeAnswer> answers, Map<String, ProbeRow> rows, Judge.OfText judge) {
        List<ProbeAnswer> judged = new ArrayList<>();
        for (ProbeAnswer answer : answers) {
            ProbeRow row = Objects.requireNonNull(rows.get(answer.id()));
            String text = Objects.requireNonNull(answer.answer());
            judged.add(answer.judged(judge.word(), TextJudging.outcome(judge, text, row, answer.how()), null));
        }
        return judged;
    }
}
