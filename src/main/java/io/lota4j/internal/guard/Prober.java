package io.lota4j.internal.guard;

import io.lota4j.LotaException;
import io.lota4j.data.Example;
import io.lota4j.eval.ExampleScore;
import io.lota4j.eval.ScoreListener;
import io.lota4j.guard.Judge;
import io.lota4j.guard.Judging;
import io.lota4j.guard.Outcome;
import io.lota4j.guard.ProbeAnswer;
import io.lota4j.guard.ProbeOptions;
import io.lota4j.guard.ProbeResult;
import io.lota4j.guard.ProbeRow;
import io.lota4j.guard.ProbeStoppedException;
import io.lota4j.internal.data.Tokenizer;
import io.lota4j.internal.eval.AnswerCheck;
import io.lota4j.internal.eval.Evaluator;
import io.lota4j.internal.guard.ProbeQuestions.Asked;
import io.lota4j.internal.guard.ProbeQuestions.Asking;
import io.lota4j.internal.guard.ProbeQuestions.Question;
import io.lota4j.internal.guard.ProbeQuestions.Way;
import io.lota4j.internal.model.Decoder;
import io.lota4j.internal.model.Generator;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Asks a model a probe's rows.
///
/// @param decoder the model
/// @param tokenizer turns generated ids into text
/// @param stop token ids that end an answer
/// @param encoder turns prompts into tokens
/// @param options how is asked and judged
public record Prober(
        Decoder decoder, Tokenizer tokenizer, Set<Integer> stop, ProbeEncoder encoder, ProbeOptions options) {
    /// Questions between two looks at what was asked to stop. Not a multiple of the batch: what
    /// is drawn must not depend on that.
    private static final int AT_ONCE = 32;

    /// Asks all rows in every way.
    ///
    /// @throws LotaException if a row does not fit the model, or the judge fails
    /// @throws ProbeStoppedException if it was stopped, with the answers so far
    public ProbeResult run(List<ProbeRow> rows, ScoreListener listener, BooleanSupplier stopped) {
        return run(rows, KeptProbe.NONE, listener, stopped);
    }

    /// As the other method, going on from answers that are kept.
    ///
    /// @throws LotaException as the other method does
    /// @throws ProbeStoppedException if it was stopped, with the answers so far
    public ProbeResult run(List<ProbeRow> rows, KeptProbe kept, ScoreListener listener, BooleanSupplier stopped) {
        return run(rows, asking(rows), kept, listener, stopped);
    }

    /// Asks all rows in some ways.
    ///
    /// @throws LotaException as the other method does
    /// @throws ProbeStoppedException if it was stopped, with the answers so far
    public ProbeResult run(List<ProbeRow> rows, List<Way> ways, ScoreListener listener, BooleanSupplier stopped) {
        return run(rows, new ProbeQuestions(encoder, options).of(rows, ways), listener, stopped);
    }

    /// What all rows are asked in every way.
    Asking asking(List<ProbeRow> rows) {
        return new ProbeQuestions(encoder, options).of(rows, ProbeQuestions.ways(options));
    }

    /// Asks what is to be asked of some rows.
    ProbeResult run(List<ProbeRow> rows, Asking asking, ScoreListener listener, BooleanSupplier stopped) {
        return run(rows, asking, KeptProbe.NONE, listener, stopped);
    }

    private ProbeResult run(
            List<ProbeRow> rows, Asking asking, KeptProbe kept, ScoreListener listener, BooleanSupplier stopped) {
        ProbeResult result = options.judge() instanceof Judge.Margin
                ? margins(rows, asking, kept, listener, stopped)
                : answers(rows, asking, kept, listener, stopped);
        kept.remove();
        return result;
    }

    /// A program has not been asked by then, and is not asked.
    private void requireGoingOn(BooleanSupplier stopped, List<ProbeRow> rows, List<ProbeAnswer> answers, int all) {
        if (stopped.getAsBoolean()) {
            boolean byText = options.judge() instanceof Judge.OfText;
            throw new ProbeStoppedException(
                    "The probe was stopped after " + answers.size() + " of " + all + " questions.",
                    byText ? Judging.of(answers, ProbeRow.byId(rows), options.judge()) : answers);
        }
    }

    private ProbeResult answers(
            List<ProbeRow> rows, Asking asking, KeptProbe kept, ScoreListener listener, BooleanSupplier stopped) {
        List<Asked> asked = asking.asked();
        List<ProbeAnswer> known = kept.read();
        SplittableRandom seeds = new SplittableRandom(options.seed());
        List<ProbeAnswer> answers = new ArrayList<>();
        int cramped = 0;
        long tokens = 0;
        for (int from = 0; from < asked.size(); from += AT_ONCE) {
            requireGoingOn(stopped, rows, answers, asked.size());
            List<Asked> some = asked.subList(from, Math.min(asked.size(), from + AT_ONCE));
            Generator generator =
                    new Generator(decoder, stop, options.generate(), options.sampling(), seeds.nextLong());
            int to = from + some.size();
            if (to <= known.size()) {
                answers.addAll(known.subList(from, to));
            } else {
                List<Generator.Answer> said =
                        generator.generate(some.stream().map(Asked::prompt).toList(), options.batchSize());
                for (int i = 0; i < some.size(); i++) {
                    answers.add(answer(some.get(i).question(), said.get(i)));
                    tokens += some.get(i).prompt().length + said.get(i).ids().length;
                }
                kept.write(answers);
            }
            for (Asked one : some) {
                cramped += generator.room(one.prompt().length) < options.generate() ? 1 : 0;
            }
            listener.batch(to, asked.size(), tokens);
        }
        return new ProbeResult(Judging.of(answers, ProbeRow.byId(rows), options.judge()), asking.leftOut(), cramped);
    }

    private ProbeAnswer answer(Question question, Generator.Answer said) {
        String text = tokenizer.decode(said.ids());
        return of(
                question,
                text,
                said.ids().length,
                said.ended(),
                Folded.isEmpty(text),
                Looping.is(said.ids(), said.ended()));
    }

    private static ProbeAnswer of(
            Question question, @Nullable String text, int tokens, boolean ended, boolean empty, boolean looping) {
        ProbeRow row = question.row();
        return new ProbeAnswer(
                row.id(),
                row.category(),
                row.expect(),
                question.way().form(),
                question.sample(),
                question.message(),
                text,
                tokens,
                ended,
                Outcome.UNCLEAR,
                "none",
                null,
                empty,
                looping,
                row.human(),
                row.others());
    }

    private ProbeResult margins(
            List<ProbeRow> rows, Asking asking, KeptProbe kept, ScoreListener listener, BooleanSupplier stopped) {
        List<Asked> asked = asking.asked();
        List<ProbeAnswer> known = kept.read();
        Evaluator evaluator = new Evaluator(decoder, tokenizer, stop, options.batchSize(), 0, new AnswerCheck(null));
        List<ProbeAnswer> answers = new ArrayList<>();
        long tokens = 0;
        for (int from = 0; from < asked.size(); from += AT_ONCE) {
            requireGoingOn(stopped, rows, answers, asked.size());
            List<Asked> some = asked.subList(from, Math.min(asked.size(), from + AT_ONCE));
            int to = from + some.size();
            if (to <= known.size()) {
                answers.addAll(known.subList(from, to));
                listener.batch(to, asked.size(), tokens);
                continue;
            }
            List<Example> both =
                    some.stream().flatMap(one -> one.compared().stream()).toList();
            List<ExampleScore> scores =
                    evaluator.run(both, (done, all, seen) -> {}).examples();
            for (int i = 0; i < some.size(); i++) {
                double margin = mean(scores.get(2 * i)) - mean(scores.get(2 * i + 1));
                answers.add(of(some.get(i).question(), null, 0, true, false, false)
                        .judged(options.judge().word(), Judge.Margin.outcome(margin), margin));
            }
            kept.write(answers);
            tokens += both.stream().mapToLong(Example::length).sum();
            listener.batch(to, asked.size(), tokens);
        }
        return new ProbeResult(answers, asking.leftOut(), 0);
    }

    private static double mean(ExampleScore score) {
        return score.sumLogprob() / score.responseTokens();
    }
}
